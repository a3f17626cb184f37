// A clock that stands still until a test moves it. One thread moves it, any may look.
#pragma once

#include <atomic>

#include "common/base/clock.h"

namespace postern::test {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  void pass(Duration duration) {
    now_ = now_.load() + duration;
    wall_ = wall_.load() + duration;
  }
  // As when somebody sets the machine's clock.
  void jump(std::chrono::hours by) { wall_ = wall_.load() + by; }

 private:
  std::atomic<Instant> now_{Instant(std::chrono::hours{1000})};
  std::atomic<WallTime> wall_{WallTime(std::chrono::seconds{1'800'000'000})};
};

}  // namespace postern::test
