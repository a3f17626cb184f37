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
  TimerHook** link_ = nullptr;  // what points at this hook: a slot, or the hook before it
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
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
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

  static void link(TimerHook*& head, TimerHook& hook);
  static void unlink(TimerHook& hook);
  void put(TimerHook& hook);
  void take_out(TimerHook& hook);
  [[nodiscard]] std::uint64_t tick_of(Instant instant) const;
  // The next tick at which a slot of `level` begins that may hold something.
  [[nodiscard]] std::optional<std::uint64_t> next_tick(std::size_t level) const;
  [[nodiscard]] std::optional<std::uint64_t> next_tick() const;
  void collect(TimerHook*& due);
  void open_slot(std::size_t level, TimerHook*& due);

  std::array<std::array<TimerHook*, kSlots>, kLevels> slots_{};
  // A bit a slot that was filled; cleared when the slot is found empty.
  mutable std::array<std::uint64_t, kLevels> filled_{};
  std::uint64_t now_tick_ = 0;
  Instant origin_;
  std::size_t armed_ = 0;
};

}  // namespace postern::net
