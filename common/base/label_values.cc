#include "common/base/label_values.h"

namespace postern {

bool LabelValues::admit(std::string_view value) {
  const std::scoped_lock held(lock_);
  if (values_.contains(value)) return true;
  if (values_.size() >= most_) return false;
  values_.emplace(value);
  return true;
}

std::vector<std::string> LabelValues::admitted() const {
  const std::scoped_lock held(lock_);
  return {values_.begin(), values_.end()};
}

}  // namespace postern
