// LabelValues: which values of a label have series of their own: the first that come, up to a
// number, so that nobody's configuration makes more series than a scrape can bear. The rest count
// as kOther. What was let in stays, or counters would seem to go back.
// Threads: any; the lock is never held by a scrape.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

class LabelValues {
 public:
  static constexpr std::string_view kOther = "other";

  explicit LabelValues(std::size_t most) : most_(most) {}

  // False: this one and all that are not in yet are kOther from now on.
  [[nodiscard]] bool admit(std::string_view value);
  [[nodiscard]] std::vector<std::string> admitted() const;

 private:
  const std::size_t most_;
  mutable std::mutex lock_;
  std::set<std::string, std::less<>> values_;
};

}  // namespace postern
