// Where objects come from: a directory now, an API server later. What is wrong with single objects
// is among the problems and never keeps the others from being served.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "controller/model/objects.h"
#include "controller/model/problem.h"

namespace postern::source {

struct Loaded {
  std::vector<model::Object> objects;  // no two of the same kind, namespace and name
  model::Problems problems;
};

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  // All that there is now; blocks. The error is a sentence for people: nothing could be read at
  // all, which must never be taken for "there are no objects".
  [[nodiscard]] virtual Result<Loaded, std::string> load() = 0;
};

}  // namespace postern::source
