#include "proxy/upstream/health.h"

#include <gtest/gtest.h>

namespace postern::upstream {
namespace {

using namespace std::chrono_literals;

constexpr auto kBackend = "mail/example/mailbox";
constexpr auto kMember = "dovecot-0";

Instant at(Duration since) { return Instant{} + 1h + since; }

const config::HealthCheck kUsual;

bool usable(const Health& health, Instant now, const config::HealthCheck& check = kUsual) {
  return health.usable(kBackend, kMember, {check, now});
}

void fail_times(Health& health, int times, Instant now) {
  for (int i = 0; i < times; ++i) health.failed(kBackend, kMember, now);
}

TEST(Health, unknown_member_is_usable) { EXPECT_TRUE(usable(Health{}, at(0s))); }

TEST(Health, member_is_put_out_at_the_threshold_and_not_before) {
  Health health;
  fail_times(health, 2, at(0s));
  EXPECT_TRUE(usable(health, at(0s)));
  fail_times(health, 1, at(0s));
  EXPECT_FALSE(usable(health, at(0s)));
}

TEST(Health, member_is_tried_again_after_its_ejection) {
  Health health;
  fail_times(health, 3, at(0s));
  EXPECT_FALSE(usable(health, at(9'999ms)));
  EXPECT_TRUE(usable(health, at(10s)));
}

TEST(Health, one_more_failure_after_an_ejection_puts_it_out_again) {
  Health health;
  fail_times(health, 3, at(0s));
  fail_times(health, 1, at(11s));
  EXPECT_FALSE(usable(health, at(12s)));
}

TEST(Health, success_forgets_the_failures_before_it) {
  Health health;
  fail_times(health, 2, at(0s));
  health.succeeded(kBackend, kMember, at(1s));
  fail_times(health, 2, at(2s));
  EXPECT_TRUE(usable(health, at(2s)));
  EXPECT_EQ(health.record(kBackend, kMember)->last_success, at(1s));
  EXPECT_EQ(health.record(kBackend, kMember)->last_failure, at(2s));
}

TEST(Health, members_of_other_backends_are_others) {
  Health health;
  fail_times(health, 3, at(0s));
  EXPECT_TRUE(health.usable("mail/other/mailbox", kMember, {kUsual, at(0s)}));
  EXPECT_TRUE(health.usable(kBackend, "dovecot-1", {kUsual, at(0s)}));
}

TEST(Health, threshold_and_interval_are_the_backends_own) {
  Health health;
  config::HealthCheck check;
  check.failure_threshold = 5;
  check.interval = 60s;
  fail_times(health, 4, at(0s));
  EXPECT_TRUE(usable(health, at(0s), check));
  fail_times(health, 1, at(0s));
  EXPECT_FALSE(usable(health, at(59s), check));
  EXPECT_TRUE(usable(health, at(60s), check));
}

TEST(Health, members_that_are_gone_are_forgotten) {
  Health health;
  fail_times(health, 3, at(0s));
  health.succeeded(kBackend, "dovecot-1", at(0s));
  config::EndpointSet now;
  now.endpoints.resize(1);
  now.endpoints[0].id = "dovecot-1";
  health.keep_only(kBackend, &now);
  EXPECT_EQ(health.records(), 1U);
  EXPECT_EQ(health.record(kBackend, kMember), nullptr);
  health.keep_only(kBackend, nullptr);
  EXPECT_EQ(health.records(), 0U);
}

}  // namespace
}  // namespace postern::upstream
