// Breaker: a service that fails again and again is left alone for a moment, so that logins fail at
// once and it can recover. 10 failures without a success within 5 s open it for 1 s; then one
// question tries whether it is back (running.md 6).
// Pure; time comes in. One a provider and worker.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/base/clock.h"

namespace postern::auth {

class Breaker {
 public:
  static constexpr std::size_t kFailures = 10;
  static constexpr std::chrono::seconds kWithin{5};
  static constexpr std::chrono::seconds kOpenFor{1};
  // Nobody asked in all this time: the provider is gone, or nobody logs in.
  static constexpr std::chrono::seconds kForgotten{60};

  // What a question did to it: for the log.
  enum class Change : std::uint8_t { None, Opened, Closed };

  // Whether a question may be asked now. While it is half open one may, until its fate is told.
  [[nodiscard]] bool lets_through(Instant now);
  [[nodiscard]] Change succeeded();
  // `is_trial`: it was let through while it was half open.
  [[nodiscard]] Change failed(Instant now, bool is_trial);
  // There was an answer, but none to be understood: no outage, and no success either.
  [[nodiscard]] Change answered_badly();
  // The question was taken back.
  void abandoned() { trying_ = false; }

  [[nodiscard]] bool open() const { return open_until_.has_value(); }
  // Nothing is remembered that matters later than `now`.
  [[nodiscard]] bool forgettable(Instant now) const;

 private:
  std::array<Instant, kFailures> failures_{};  // the newest kFailures of them, a ring
  std::size_t count_ = 0;                      // since the last success
  std::optional<Instant> open_until_;
  bool trying_ = false;  // while half open: a question is on its way
};

}  // namespace postern::auth
