// A clock that stands still until a test moves it.
#pragma once

#include "common/base/clock.h"

namespace postern::test {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  void pass(Duration duration) {
    now_ += duration;
    wall_ += duration;
  }
  // As when somebody sets the machine's clock.
  void jump(std::chrono::hours by) { wall_ += by; }

 private:
  Instant now_{std::chrono::hours{1000}};
  WallTime wall_{std::chrono::seconds{1'800'000'000}};
};

}  // namespace postern::test
