// How a worker finds the counter of an event without making a name of it: by a small number, or by
// the name of a MailServer or backend, of which only so many have series of their own.
// Belongs to Counters; the worker's thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/label_values.h"
#include "common/base/tallies.h"
#include "proxy/session/terms.h"

namespace postern::session {

// A handful of series of one name: looked through, and made when first counted.
template <class Value>
class Cells {
 public:
  template <class Made>
  [[nodiscard]] Value& at(std::uint32_t key, const Made& made) {
    for (const auto& [known, value] : cells_) {
      if (known == key) return *value;
    }
    return *cells_.emplace_back(key, &made()).second;
  }

 private:
  std::vector<std::pair<std::uint32_t, Value*>> cells_;
};

// One `Held` for each admitted name, and one for all others.
template <class Held>
class ByName {
 public:
  explicit ByName(LabelValues& values)
      : values_(values), other_{std::string(LabelValues::kOther)} {}

  [[nodiscard]] Held& at(std::string_view name) {
    const auto found = held_.find(name);
    if (found != held_.end()) return found->second;
    if (!full_ && values_.admit(name)) return know(std::string(name));
    if (!full_) learn_all();
    return other_;
  }

 private:
  Held& know(std::string name) { return held_.try_emplace(name, Held{name}).first->second; }
  // From now on nobody is asked any more.
  void learn_all() {
    full_ = true;
    for (std::string& name : values_.admitted()) know(std::move(name));
  }

  LabelValues& values_;
  bool full_ = false;
  std::unordered_map<std::string, Held, NameHash, std::equal_to<>> held_;
  Held other_;
};

}  // namespace postern::session
