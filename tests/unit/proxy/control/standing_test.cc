#include "proxy/control/standing.h"

#include <gtest/gtest.h>

namespace postern::control {
namespace {

using adopt::Outcome;
using adopt::State;
using config::ResourceKey;
using config::ResourceType;

const ResourceKey kImap{ResourceType::Listener, "143"};
const ResourceKey kImaps{ResourceType::Listener, "993"};

Outcome taken(const ResourceKey& key, bool retryable = true) {
  Outcome outcome{State::PartiallyActive, {}};
  outcome.errors.push_back(
      {key, "v", "v", adopt::ErrorCode::BindFailed, "port", "taken", retryable});
  return outcome;
}

TEST(Standing, is_told_with_a_later_update) {
  Standing standing;
  standing.note(1, {kImap}, taken(kImap));
  const Outcome later = standing.with_earlier(2, {});
  EXPECT_EQ(later.state, State::PartiallyActive);
  ASSERT_EQ(later.errors.size(), 1U);
  EXPECT_EQ(later.errors[0].key, kImap);
  EXPECT_EQ(standing.with_earlier(1, {}).errors.size(), 0U);
}

TEST(Standing, keeps_only_what_goes_by_itself) {
  Standing standing;
  standing.note(1, {kImap}, taken(kImap, false));
  EXPECT_EQ(standing.with_earlier(2, {}).state, State::Active);
}

TEST(Standing, ends_with_a_correction_or_a_newer_update_of_that_resource) {
  Standing standing;
  standing.note(1, {kImap}, taken(kImap));
  standing.note(1, {}, {});
  EXPECT_TRUE(standing.with_earlier(9, {}).errors.empty());
  standing.note(2, {kImap}, taken(kImap));
  standing.note(3, {kImap}, {});
  EXPECT_TRUE(standing.with_earlier(9, {}).errors.empty());
}

TEST(Standing, is_not_brought_back_by_a_late_word_of_an_older_update) {
  Standing standing;
  standing.note(1, {kImap, kImaps}, taken(kImap));
  Outcome newer = taken(kImap);
  newer.errors[0].detail = "newer";
  standing.note(2, {kImap}, newer);
  standing.note(1, {}, taken(kImap));
  const Outcome told = standing.with_earlier(3, {});
  ASSERT_EQ(told.errors.size(), 1U);
  EXPECT_EQ(told.errors[0].detail, "newer");
}

TEST(Standing, does_not_repeat_what_the_update_says_itself) {
  Standing standing;
  standing.note(1, {kImap}, taken(kImap));
  EXPECT_EQ(standing.with_earlier(2, taken(kImap)).errors.size(), 1U);
  EXPECT_EQ(standing.with_earlier(2, taken(kImaps)).errors.size(), 2U);
}

}  // namespace
}  // namespace postern::control
