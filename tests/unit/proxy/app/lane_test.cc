#include "proxy/app/lane.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/log.h"
#include "common/base/metrics.h"
#include "proxy/verdicts/verdict_table.h"
#include "tests/support/manual_clock.h"

namespace postern::proxy_app {
namespace {

std::shared_ptr<const net::Prepared> nothing_served() {
  auto out = std::make_shared<net::Prepared>();
  out->snapshot = std::make_shared<const config::Snapshot>("1", config::Snapshot::Resources{});
  return out;
}

// A lane whose turns are the test's, and what it answers.
class LaneTest : public ::testing::Test {
 protected:
  void hand(adopt::Handover handover) {
    hand_to(lane_)(std::move(handover), {[this](std::shared_ptr<const net::Prepared> before) {
                                           ++adopted_;
                                           before_ = std::move(before);
                                         },
                                         [this](std::uint16_t port) { shut_.push_back(port); }});
    turn();
  }
  void turn() { lane_.worker.turn(Duration{0}); }
  static adopt::NewDoor door(std::uint16_t port) {
    return {port, std::move(net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1)->front())};
  }

  postern::test::ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<Log> log_ = make_null_log();
  session::Counters counters_{metrics_};
  quota::PlaceTables places_;
  quota::History history_{1};
  verdicts::VerdictTable verdicts_;
  net::TcpDialer dialer_;
  upstream::MemberTable members_;
  Lane lane_{0, {*log_, clock_, counters_, places_, history_, verdicts_, dialer_, members_}};
  int adopted_ = 0;
  std::shared_ptr<const net::Prepared> before_;
  std::vector<std::uint16_t> shut_;
};

TEST_F(LaneTest, gives_the_configuration_before_back) {
  const auto first = nothing_served();
  hand({first, {}, {}, {}});
  EXPECT_EQ(before_, nullptr);
  hand({nothing_served(), {}, {}, {}});
  EXPECT_EQ(before_, first);
  EXPECT_EQ(adopted_, 2);
}

TEST_F(LaneTest, takes_endpoints_without_a_new_configuration) {
  const auto first = nothing_served();
  hand({first, {}, {}, {}});
  const auto set = std::make_shared<const config::EndpointSet>();
  hand({nullptr, {{"mail/example/box", set}}, {}, {}});
  EXPECT_EQ(lane_.worker.prepared(), first);
  EXPECT_EQ(lane_.worker.endpoints("mail/example/box", *first->snapshot), set.get());
  EXPECT_EQ(adopted_, 2);
}

TEST_F(LaneTest, a_port_that_closes_and_opens_in_one_handover_is_open_afterwards) {
  adopt::Handover first{nothing_served(), {}, {}, {}};
  first.opened.push_back(door(143));
  hand(std::move(first));
  adopt::Handover second;
  second.opened.push_back(door(143));
  second.closed.push_back({143, std::nullopt});
  hand(std::move(second));
  EXPECT_TRUE(shut_.empty());
  clock_.pass(Duration{200});
  turn();
  EXPECT_EQ(shut_, std::vector<std::uint16_t>{143});
  hand({nullptr, {}, {}, {{143, std::nullopt}}});
  EXPECT_EQ(shut_.size(), 1U);  // the new door is open: its closing takes time
  clock_.pass(Duration{200});
  turn();
  EXPECT_EQ(shut_.size(), 2U);
}

TEST_F(LaneTest, answers_once_for_each_closing_even_where_nothing_was_open) {
  hand({nothing_served(), {}, {}, {{143, std::nullopt}, {993, std::nullopt}}});
  EXPECT_EQ(shut_, (std::vector<std::uint16_t>{143, 993}));
  EXPECT_EQ(adopted_, 1);
}

}  // namespace
}  // namespace postern::proxy_app
