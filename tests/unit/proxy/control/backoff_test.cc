#include "proxy/control/backoff.h"

#include <gtest/gtest.h>

namespace postern::control {
namespace {

constexpr Backoff::Bounds kBounds{Duration(500), Duration(30'000)};

TEST(Backoff, doubles_its_bound_up_to_the_longest_wait) {
  Backoff backoff(kBounds, [] { return 0.999999; });
  std::vector<Duration::rep> waits;
  for (int i = 0; i < 8; ++i) waits.push_back(backoff.next().count());
  EXPECT_EQ(waits, (std::vector<Duration::rep>{999, 1999, 3999, 7999, 15999, 29999, 29999, 29999}));
}

TEST(Backoff, never_waits_less_than_its_least) {
  Backoff backoff(kBounds, [] { return 0.0; });
  for (int i = 0; i < 8; ++i) EXPECT_EQ(backoff.next(), Duration(500));
}

TEST(Backoff, starts_anew_after_a_reset) {
  Backoff backoff(kBounds, [] { return 0.5; });
  const Duration first = backoff.next();
  for (int i = 0; i < 5; ++i) static_cast<void>(backoff.next());
  backoff.reset();
  EXPECT_EQ(backoff.next(), first);
}

TEST(Backoff, goes_to_the_longest_wait_after_a_lasting_refusal) {
  Backoff backoff(kBounds, [] { return 0.999999; });
  EXPECT_EQ(backoff.slow(), Duration(29'999));
}

}  // namespace
}  // namespace postern::control
