// Where objects come from: a directory now, an API server later. Tells what is other than before,
// so that nobody after it compares. What is wrong with single objects is among the problems and
// never keeps the others from being served. One thread calls read() and wait(); wake() is for any.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "controller/model/objects.h"
#include "controller/model/problem.h"

namespace postern::source {

// What is other than at the last read(); of the first read(): everything.
struct Changes {
  std::vector<model::SharedObject> changed;  // new, or other than before; no two of one key
  std::vector<model::ObjectKey> gone;
  model::Problems problems;       // all that stand now, of reading and decoding
  bool problems_changed = false;  // against those of the last read()
  // Nothing changed, nothing is gone, problems as before.
  [[nodiscard]] bool empty() const { return changed.empty() && gone.empty() && !problems_changed; }
};

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  // Blocks. The error is a sentence for people: nothing could be read at all, which must never be
  // taken for "there are no objects"; what was read before stays.
  [[nodiscard]] virtual Result<Changes, std::string> read() = 0;
  // Until something may have changed and is quiet again, wake(), or `most`.
  virtual void wait(Duration most) = 0;
  virtual void wake() = 0;
};

}  // namespace postern::source
