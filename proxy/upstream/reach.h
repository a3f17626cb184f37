// Reach: which member is dialled next, and whether there may be a next one at all. Each member is
// tried once; `retries` bounds the others. Once a password was sent nothing is tried twice: the
// backend may have counted it, and a second pod must not see it.
// Pure: the session dials and tells what became of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "proxy/policy/balancing.h"

namespace postern::upstream {

class Reach {
 public:
  Reach(std::vector<policy::Candidate> order, std::uint32_t retries)
      : order_(std::move(order)), retries_(retries) {}

  // The member to dial now; none: nobody is left, or nobody may be tried any more.
  [[nodiscard]] std::optional<policy::Candidate> next();
  // Whether next() would give one: then a failure need not be told to the client yet.
  [[nodiscard]] bool may_try_again() const;
  // The last one was full and nobody dialled it: as if it had not been there.
  void not_tried() { ++retries_; }
  // From here on there is no other attempt.
  void password_sent() { password_sent_ = true; }

  [[nodiscard]] std::uint32_t attempts() const { return static_cast<std::uint32_t>(tried_); }

 private:
  std::vector<policy::Candidate> order_;
  std::uint32_t retries_;
  std::size_t tried_ = 0;
  bool password_sent_ = false;
};

}  // namespace postern::upstream
