// Timers: a wheel of 4 levels × 64 slots, tick 50 ms, intrusive: arming allocates nothing.
// A hook is in at most one wheel; its end takes it out. An expired hook's token is reported once.
// Deadlines are absolute and never early; late by at most one tick.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "common/base/clock.h"

namespace postern::net {

class Timers;

class TimerHook {
 public:
  explicit TimerHook(std::uint64_t token = 0) : token_(token) {}
  ~TimerHook() { disarm(); }
  TimerHook(const TimerHook&) = delete;
  TimerHook& operator=(const TimerHook&) = delete;
  void set_token(std::uint64_t token) { token_ = token; }
  [[nodiscard]] bool armed() const { return wheel_ != nullptr; }
  void disarm();

 private:
  friend class Timers;
  TimerHook* previous_ = nullptr;
  TimerHook* next_ = nullptr;
  Timers* wheel_ = nullptr;
  std::uint64_t tick_ = 0;
  std::uint64_t token_;
};

class Timers {
 public:
  static constexpr Duration kTick{50};

  explicit Timers(Instant now);
  ~Timers();
  // Arms, or moves if armed.
  void arm(TimerHook& hook, Instant deadline);
  // When the next hook may expire (a lower bound); nothing when none is armed.
  [[nodiscard]] std::optional<Instant> next() const;
  // Calls `expired` with the token of each hook that is due; each is disarmed before.
  void advance(Instant now, const std::function<void(std::uint64_t)>& expired);
  [[nodiscard]] std::size_t armed() const { return armed_; }

 private:
  friend class TimerHook;
  static constexpr std::size_t kLevels = 4;
  static constexpr std::size_t kSlots = 64;

  void put(TimerHook& hook);
  void take_out(TimerHook& hook);
  [[nodiscard]] std::uint64_t tick_of(Instant instant) const;

  std::array<std::array<TimerHook*, kSlots>, kLevels> slots_{};
  std::uint64_t now_tick_ = 0;
  Instant origin_;
  std::size_t armed_ = 0;
};

}  // namespace postern::net
