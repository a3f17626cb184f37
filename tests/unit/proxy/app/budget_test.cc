#include "proxy/app/budget.h"

#include <gtest/gtest.h>

namespace postern::proxy_app {
namespace {

TEST(Budget, is_half_of_the_descriptors_that_are_left) {
  EXPECT_EQ(most_connections(1'048'576, 2), (1'048'576U - 192 - 320) / 2);
  EXPECT_EQ(most_connections(20'000, 4), (20'000U - 192 - 640) / 2);
}

TEST(Budget, of_few_descriptors_leaves_half_to_the_process) {
  EXPECT_EQ(most_connections(400, 1), 100U);
  EXPECT_EQ(most_connections(400, 64), 100U);
  EXPECT_EQ(most_connections(1, 1), 1U);
}

TEST(Budget, without_a_limit_is_none) { EXPECT_EQ(most_connections(0, 4), 0U); }

}  // namespace
}  // namespace postern::proxy_app
