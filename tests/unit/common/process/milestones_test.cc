#include "common/process/milestones.h"

#include <thread>

#include <gtest/gtest.h>

namespace postern::process {
namespace {

TEST(Milestones, adoption_is_waited_for) {
  Milestones milestones;
  std::thread other([&] { milestones.adopted(); });
  EXPECT_TRUE(milestones.wait_until_adopted());
  other.join();
}

TEST(Milestones, a_wish_to_stop_ends_the_wait_for_adoption) {
  Milestones milestones;
  std::thread other([&] { milestones.stop_wished(); });
  EXPECT_FALSE(milestones.wait_until_adopted());
  milestones.wait_until_stop_wished();
  other.join();
}

}  // namespace
}  // namespace postern::process
