// Places: where the fields of one object stand in its file, for problems that are found after
// decoding. There is an entry for each written field of each object, so they are kept small: the
// file's name once, of each path its hash, and copies share all of it. Never changes after it is
// made. Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/problem.h"

namespace postern::model {

struct FieldPlace {
  std::string field;
  int line = 0;
  int column = 0;
};

class Places {
 public:
  Places() = default;
  // In any order; of two for one field the later one counts.
  Places(std::string file, std::vector<FieldPlace> fields);

  // Nothing when there is none for this very field.
  [[nodiscard]] std::optional<Place> find(std::string_view field) const;

  friend bool operator==(const Places& a, const Places& b);

 private:
  struct List;
  std::shared_ptr<const List> list_;  // null: no field
};

}  // namespace postern::model
