#include "proxy/net/timers.h"

#include <algorithm>
#include <bit>

namespace postern::net {

namespace {

constexpr unsigned kDigitBits = 6;  // 64 slots a level

std::size_t digit(std::uint64_t tick, std::size_t level) {
  return static_cast<std::size_t>(tick >> (kDigitBits * level)) & 63U;
}

// Ticks that one slot of a level covers.
std::uint64_t slot_ticks(std::size_t level) { return std::uint64_t{1} << (kDigitBits * level); }

}  // namespace

void TimerHook::disarm() {
  if (wheel_) wheel_->take_out(*this);
}

Timers::Timers(Instant now) : origin_(now) {}

Timers::~Timers() {
  for (auto& level : slots_) {
    for (TimerHook*& head : level) {
      while (head) take_out(*head);
    }
  }
}

void Timers::link(TimerHook*& head, TimerHook& hook) {
  hook.next_ = head;
  hook.link_ = &head;
  if (head) head->link_ = &hook.next_;
  head = &hook;
}

void Timers::unlink(TimerHook& hook) {
  *hook.link_ = hook.next_;
  if (hook.next_) hook.next_->link_ = hook.link_;
  hook.link_ = nullptr;
  hook.next_ = nullptr;
}

void Timers::take_out(TimerHook& hook) {
  unlink(hook);
  hook.wheel_ = nullptr;
  --armed_;
}

// Rounded up, so that nothing is early.
std::uint64_t Timers::tick_of(Instant instant) const {
  if (instant <= origin_) return 0;
  const auto since = instant - origin_;
  return static_cast<std::uint64_t>((since + kTick - Instant::duration{1}) / kTick);
}

void Timers::arm(TimerHook& hook, Instant deadline) {
  hook.disarm();
  // Ticks before the next one are over: their slots will not be looked at again.
  hook.tick_ = std::max(tick_of(deadline), now_tick_ + 1);
  hook.wheel_ = this;
  ++armed_;
  put(hook);
}

// The level is that of the highest digit in which the hook's tick differs from now: when that digit
// of the clock reaches the hook's, its slot is opened and the hook goes to a lower level. The
// highest level is a ring: what lies beyond its span waits in its last slot and is put again.
void Timers::put(TimerHook& hook) {
  constexpr std::size_t kTop = kLevels - 1;
  const std::uint64_t span = slot_ticks(kTop) * (kSlots - 1);
  const std::uint64_t tick = std::min(hook.tick_, now_tick_ + span);
  const auto bits = static_cast<std::size_t>(std::bit_width(tick ^ now_tick_));
  const std::size_t level = std::min((bits - 1) / kDigitBits, kTop);
  const std::size_t slot = digit(tick, level);
  filled_[level] |= std::uint64_t{1} << slot;
  link(slots_[level][slot], hook);
}

std::optional<std::uint64_t> Timers::next_tick(std::size_t level) const {
  const std::size_t here = digit(now_tick_, level);
  const std::uint64_t begin = now_tick_ & ~(slot_ticks(level) - 1);
  for (;;) {
    // Bit n of `ahead`: the slot n + 1 after the one of now.
    const std::uint64_t ahead = std::rotr(filled_[level], static_cast<int>((here + 1) % kSlots));
    if (ahead == 0) return std::nullopt;
    const auto steps = static_cast<std::size_t>(std::countr_zero(ahead)) + 1;
    const std::size_t slot = (here + steps) % kSlots;
    if (slots_[level][slot]) return begin + steps * slot_ticks(level);
    filled_[level] &= ~(std::uint64_t{1} << slot);
  }
}

std::optional<std::uint64_t> Timers::next_tick() const {
  std::optional<std::uint64_t> soonest;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const auto tick = next_tick(level);
    if (tick && (!soonest || *tick < *soonest)) soonest = tick;
  }
  return soonest;
}

std::optional<Instant> Timers::next() const {
  if (armed_ == 0) return std::nullopt;
  const auto tick = next_tick();
  if (!tick) return std::nullopt;
  return origin_ + kTick * static_cast<Duration::rep>(*tick);
}

void Timers::open_slot(std::size_t level, TimerHook*& due) {
  const std::size_t slot = digit(now_tick_, level);
  filled_[level] &= ~(std::uint64_t{1} << slot);
  TimerHook*& head = slots_[level][slot];
  while (TimerHook* const hook = head) {
    unlink(*hook);
    if (hook->tick_ <= now_tick_) {
      link(due, *hook);
    } else {
      put(*hook);
    }
  }
}

void Timers::collect(TimerHook*& due) {
  for (std::size_t level = kLevels; level-- > 0;) {
    const bool begins = (now_tick_ & (slot_ticks(level) - 1)) == 0;
    if (begins) open_slot(level, due);
  }
}

void Timers::advance(Instant now, const std::function<void(std::uint64_t)>& expired) {
  const std::uint64_t target =
      now <= origin_ ? 0 : static_cast<std::uint64_t>((now - origin_) / kTick);
  while (armed_ > 0) {
    const auto tick = next_tick();
    if (!tick || *tick > target) break;
    now_tick_ = *tick;
    TimerHook* due = nullptr;
    collect(due);
    // A callback may disarm or arm any hook, one that is due included: look at the head each time.
    while (due) {
      const std::uint64_t token = due->token_;
      take_out(*due);
      expired(token);
    }
  }
  now_tick_ = std::max(now_tick_, target);
}

}  // namespace postern::net
