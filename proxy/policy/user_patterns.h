// UserPatterns: the `userPattern`s of one MailServer's rules, compiled. Made when a snapshot is
// prepared, so that a login never compiles anything and a bad pattern is refused before anybody
// sees it; then immutable and shared by the workers. RE2 takes time in proportion to the name, and
// the memory of each is bounded.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/config/routing.h"

namespace re2 {
class RE2;
}

namespace postern::policy {

// Which rule's pattern cannot be used, and why.
struct PatternFault {
  std::size_t rule = 0;
  std::string reason;
};

class UserPatterns {
 public:
  // None of them: an empty one.
  UserPatterns() = default;
  [[nodiscard]] static Result<UserPatterns, PatternFault> compile(
      const std::vector<config::RouteRule>& rules);

  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  // The whole name matches the pattern of rule `rule`. False where that rule has none.
  [[nodiscard]] bool matches(std::size_t rule, std::string_view mailbox) const;

 private:
  std::vector<std::shared_ptr<const re2::RE2>> patterns_;  // by rule; null: it has none
};

}  // namespace postern::policy
