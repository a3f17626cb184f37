#include "controller/publish/distribution.h"

#include <thread>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/unit/controller/publish/fake_link.h"
#include "tests/unit/controller/publish/mk.h"

namespace postern::publish {
namespace {

using config::Resource;
using config::ResourceKey;
using config::ResourceType;
using State = ApplyReport::State;

struct Distributions : testing::Test {
  test::ManualClock clock;
  std::unique_ptr<Log> log = make_null_log();
  Metrics metrics;
  PushMetrics counts{metrics};
  std::vector<ApplyReport> reports;
  Distribution distribution{
      {}, {clock, *log, counts}, [this](const ApplyReport& report) { reports.push_back(report); }};

  Published publish(const std::vector<Resource>& upserts, std::vector<ResourceKey> removals = {},
                    Revision revision = {}) {
    return distribution.publish(
        {{upserts.begin(), upserts.end()}, std::move(removals), std::move(revision), clock.now()});
  }
  ConnectionId join(const std::shared_ptr<FakeLink>& link, Greeting greeting = {}) {
    const ConnectionId id = distribution.arrive(link);
    greeting.proxy = "pod-" + std::to_string(id);
    distribution.greet(id, std::move(greeting));
    return id;
  }
  void answer(ConnectionId id, const Push& push, std::vector<Refusal> errors = {}) {
    distribution.settle(id, {push.nonce, false, std::move(errors)});
  }
};

TEST_F(Distributions, send_nothing_before_anything_was_read) {
  const auto link = std::make_shared<FakeLink>();
  join(link);
  EXPECT_EQ(link->pushes(), 0U);
  publish({});
  EXPECT_EQ(link->pushes(), 1U);
  EXPECT_TRUE(link->last().upserts.empty());
}

TEST_F(Distributions, send_a_change_and_tell_when_it_was_answered) {
  const auto link = std::make_shared<FakeLink>();
  const ConnectionId id = join(link);
  const Published published = publish({mk_server("a"), mk_server("b")});
  EXPECT_EQ(link->last().version, published.version);
  EXPECT_EQ(link->last().caused_at, clock.wall());
  clock.pass(Duration(7));
  answer(id, link->last());
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].state, State::Active);
  EXPECT_EQ(reports[0].sequence, published.sequence);
  EXPECT_EQ(counts.convergence("none").count(3), 1U);  // up to 10 ms
}

TEST_F(Distributions, are_timed_by_the_kind_of_what_changed) {
  const auto link = std::make_shared<FakeLink>();
  const ConnectionId id = join(link);
  Publication publication{.upserts = {mk_server("a")}, .removals = {}, .caused_at = clock.now()};
  publication.kind = "Secret";
  distribution.publish(std::move(publication));
  answer(id, link->last());
  EXPECT_EQ(counts.convergence("Secret").count(0), 1U);
  EXPECT_EQ(counts.convergence("none").count(0), 0U);
}

TEST_F(Distributions, keep_what_a_publication_does_not_name) {
  const auto link = std::make_shared<FakeLink>();
  publish({mk_server("a"), mk_server("b"), mk_server("c")});
  publish({mk_server("b", "new")}, {{ResourceType::Server, "c"}});
  join(link);
  ASSERT_EQ(link->last().upserts.size(), 2U);
  EXPECT_EQ(link->last().upserts[0].resource->name, "a");
  EXPECT_EQ(distribution.wanted().size(), 2U);
  EXPECT_EQ(distribution.version(), link->last().version);
}

TEST_F(Distributions, keep_the_predecessor_of_what_is_too_large_and_say_so_until_it_fits) {
  publish({mk_server("a")});
  publish({mk_server("a", std::string(kMostResourceOctets, 'x'))});
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].connection, 0U);
  EXPECT_EQ(reports[0].refusals.at(0).code, Refusal::Code::LimitExceeded);
  EXPECT_EQ(reports[0].refusals[0].running_version, distribution.wanted().at(0)->version);
  publish({mk_server("b")});
  EXPECT_EQ(reports.size(), 1U);
  publish({mk_server("a", "small")});
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_TRUE(reports[1].refusals.empty());
  EXPECT_EQ(reports[1].state, State::Active);
}

TEST_F(Distributions, end_a_stream_that_says_no_hello) {
  const auto link = std::make_shared<FakeLink>();
  (void)distribution.arrive(link);
  clock.pass(Duration(4'999));
  distribution.check();
  EXPECT_FALSE(link->ended());
  clock.pass(Duration(1));
  distribution.check();
  EXPECT_EQ(link->ended(), EndReason::Silent);
}

TEST_F(Distributions, end_a_stream_that_owes_a_result) {
  const auto link = std::make_shared<FakeLink>();
  const ConnectionId id = join(link);
  publish({mk_server("a")});
  clock.pass(Duration(29'999));
  distribution.check();
  EXPECT_FALSE(link->ended());
  answer(id, link->last());
  clock.pass(Duration(100'000));
  distribution.check();
  EXPECT_FALSE(link->ended());
  publish({mk_server("b")});
  clock.pass(Duration(30'000));
  distribution.check();
  EXPECT_EQ(link->ended(), EndReason::Silent);
}

TEST_F(Distributions, never_show_a_proxy_an_older_view_than_it_has_seen) {
  publish({mk_server("a")}, {}, {{"mailservers", 5}, {"secrets", 9}});
  const auto link = std::make_shared<FakeLink>();
  Greeting greeting;
  greeting.applied = {{"mailservers", 7}, {"unheard-of", 99}};
  join(link, greeting);
  EXPECT_EQ(link->pushes(), 0U);
  publish({mk_server("b")}, {}, {{"mailservers", 6}, {"secrets", 9}});
  EXPECT_EQ(link->pushes(), 0U);
  publish({}, {}, {{"mailservers", 7}, {"secrets", 9}});
  ASSERT_EQ(link->pushes(), 1U);
  EXPECT_EQ(link->last().upserts.size(), 2U);
  EXPECT_EQ(link->last().revision, (Revision{{"mailservers", 7}, {"secrets", 9}}));
  EXPECT_EQ(link->redirects(), 0U);
}

TEST_F(Distributions, let_a_proxy_in_when_their_view_moves_on_without_a_change) {
  publish({mk_server("a")}, {}, {{"mailservers", 5}});
  const auto link = std::make_shared<FakeLink>();
  Greeting greeting;
  greeting.applied = {{"mailservers", 7}};
  join(link, greeting);
  distribution.reach({{"mailservers", 6}});
  EXPECT_EQ(link->pushes(), 0U);
  distribution.reach({{"mailservers", 7}});
  ASSERT_EQ(link->pushes(), 1U);
  EXPECT_EQ(link->last().revision, (Revision{{"mailservers", 5}}));
}

TEST_F(Distributions, send_a_proxy_elsewhere_when_their_view_stays_behind_its_own) {
  publish({mk_server("a")}, {}, {{"mailservers", 5}});
  const auto link = std::make_shared<FakeLink>();
  Greeting greeting;
  greeting.applied = {{"mailservers", 7}};
  join(link, greeting);
  clock.pass(Duration(9'999));
  distribution.check();
  EXPECT_EQ(link->redirects(), 0U);
  clock.pass(Duration(1));
  distribution.check();
  distribution.check();
  EXPECT_EQ(link->redirects(), 1U);
  EXPECT_EQ(link->pushes(), 0U);
  publish({}, {}, {{"mailservers", 8}});
  EXPECT_EQ(link->pushes(), 1U);
}

TEST_F(Distributions, of_a_source_without_numbers_ask_nobody_for_his_view) {
  publish({mk_server("a")});
  const auto link = std::make_shared<FakeLink>();
  Greeting greeting;
  greeting.applied = {{"mailservers", 7}};
  join(link, greeting);
  EXPECT_EQ(link->pushes(), 1U);
}

TEST_F(Distributions, send_an_old_connection_elsewhere_once_in_half_an_hour_at_most) {
  const auto link = std::make_shared<FakeLink>();
  join(link);
  std::vector<int> at_minutes;
  for (int minute = 0; minute <= 600; ++minute) {
    const std::size_t before = link->redirects();
    distribution.check();
    if (link->redirects() != before) at_minutes.push_back(minute);
    clock.pass(std::chrono::minutes(1));
  }
  ASSERT_GE(at_minutes.size(), 9U);
  for (std::size_t i = 1; i < at_minutes.size(); ++i) {
    EXPECT_GE(at_minutes[i] - at_minutes[i - 1], 29);
    EXPECT_LE(at_minutes[i] - at_minutes[i - 1], 62);
  }
}

TEST_F(Distributions, count_a_change_as_converged_when_everybody_who_was_there_answered) {
  const auto one = std::make_shared<FakeLink>();
  const auto other = std::make_shared<FakeLink>();
  const ConnectionId first = join(one);
  const ConnectionId second = join(other);
  publish({mk_server("a")});
  const auto late = std::make_shared<FakeLink>();
  join(late);
  const auto converged = [this] {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
      all += counts.convergence("none").count(i);
    }
    return all;
  };
  answer(first, one->last());
  EXPECT_EQ(converged(), 0U);
  answer(second, other->last());
  EXPECT_EQ(converged(), 1U) << "who came later does not count";
  publish({mk_server("b")});
  answer(first, one->last());
  answer(second, other->last());
  EXPECT_EQ(converged(), 1U);
  distribution.leave(3);
  EXPECT_EQ(converged(), 2U) << "nor who left";
}

TEST_F(Distributions, show_all_proxies_with_the_last_that_they_said) {
  const auto link = std::make_shared<FakeLink>();
  const ConnectionId id = join(link);
  ASSERT_EQ(distribution.reports().size(), 1U);
  EXPECT_EQ(distribution.reports()[0].sequence, 0U);
  publish({mk_server("a")});
  answer(id, link->last());
  distribution.note(id, ProxyLoad{.open = 3});
  EXPECT_NE(metrics.text().find("postern_proxies{state=\"active\"} 1"), std::string::npos);
  distribution.note(id, ProxyDrain{.open_sessions = 2});
  EXPECT_NE(metrics.text().find("postern_proxies{state=\"draining\"} 1"), std::string::npos);
  const ApplyReport report = distribution.reports().at(0);
  EXPECT_EQ(report.load->open, 3U);
  EXPECT_EQ(report.drain->open_sessions, 2U);
  distribution.leave(id);
  EXPECT_TRUE(distribution.reports().empty());
  EXPECT_EQ(reports.back().state, State::Gone);
}

TEST_F(Distributions, may_be_called_out_of_a_report) {
  std::size_t told = 0;
  Distribution answering{{}, {clock, *log, counts}, [&](const ApplyReport& report) {
                           ++told;
                           EXPECT_FALSE(answering.version().empty());
                           if (report.connection != 0) answering.publish({{mk_server("b")}, {}});
                         }};
  const auto link = std::make_shared<FakeLink>();
  const ConnectionId id = answering.arrive(link);
  answering.greet(id, {});
  answering.publish({{mk_server("a")}, {}});
  answering.settle(id, {link->last().nonce, false, {}});
  EXPECT_EQ(told, 1U);
  EXPECT_EQ(link->pushes(), 2U);
}

TEST_F(Distributions, close_when_all_have_left) {
  const auto link = std::make_shared<FakeLink>();
  const ConnectionId id = join(link);
  link->when_ended([this, id] { distribution.leave(id); });
  distribution.close();
  EXPECT_EQ(link->ended(), EndReason::Stopping);
  EXPECT_TRUE(distribution.closing());
  publish({mk_server("a")});
  EXPECT_EQ(link->pushes(), 0U);
}

}  // namespace
}  // namespace postern::publish
