// How a stream begins, ends and begins again, and what is said on it beside updates.
#include <set>

#include <gtest/gtest.h>

#include "common/wire/snapshot_codec.h"
#include "tests/unit/proxy/control/scripted_controller.h"

namespace postern::control {
namespace {

namespace pb = config::v1alpha1;
using test::mk_redirect;
using test::mk_server_resource;
using test::mk_welcome;
using test::Subscribed;
using test::UpdateWords;

StreamEnd refused() { return {StreamEnd::Kind::LastingRefusal, "another class"}; }

TEST(Subscription, says_first_that_it_holds_nothing) {
  Subscribed rig;
  rig.subscriber->start();
  const auto [call, hello] = rig.accept();
  EXPECT_EQ(hello.node().proxy_name(), "proxy-1");
  EXPECT_EQ(hello.node().ingress_class(), "mail");
  EXPECT_EQ(hello.origin(), pb::CONFIG_ORIGIN_UNSPECIFIED);
  EXPECT_EQ(hello.held_size(), 0);
  EXPECT_EQ(hello.min_protocol(), 1U);
  EXPECT_EQ(hello.max_protocol(), 1U);
  EXPECT_EQ(hello.max_update_bytes(), 1U << 20);
  EXPECT_FALSE(hello.has_applied_revision());
}

TEST(Subscription, names_every_feature_that_this_build_knows) {
  Subscribed rig;
  rig.subscriber->start();
  const pb::Hello hello = rig.accept().second;
  const std::set<std::string> said(hello.features().begin(), hello.features().end());
  for (const std::string_view feature : wire::known_features()) {
    EXPECT_TRUE(said.contains(std::string(feature))) << feature;
  }
  EXPECT_TRUE(said.contains("late-reject"));
}

TEST(Subscription, says_what_it_holds_when_it_comes_back) {
  Subscribed rig;
  const auto first = rig.begin();
  const config::Resource a = mk_server_resource("a");
  first->say(UpdateWords("1").upsert(a).revision("mailservers", 41).revision("secrets", 40));
  static_cast<void>(Subscribed::result_of(*first));
  first->say(UpdateWords("2").revision("mailservers", 42));
  static_cast<void>(Subscribed::result_of(*first));
  first->end();
  const pb::Hello hello = rig.accept().second;
  EXPECT_EQ(hello.origin(), pb::CONFIG_ORIGIN_STREAM);
  EXPECT_EQ(hello.applied_version(), "whole-2");
  ASSERT_EQ(hello.held_size(), 1);
  EXPECT_EQ(hello.held(0).type(), pb::RESOURCE_TYPE_SERVER);
  EXPECT_EQ(hello.held(0).name(), "a");
  EXPECT_EQ(hello.held(0).version(), a.version);
  ASSERT_EQ(hello.applied_revision().collections_size(), 1);
  EXPECT_EQ(hello.applied_revision().collections(0).collection(), "mailservers");
  EXPECT_EQ(hello.applied_revision().collections(0).resource_version(), 42U);
}

TEST(Subscription, waits_with_a_new_stream_until_the_update_in_hand_is_settled) {
  Subscribed rig;
  const auto first = rig.begin();
  rig.adopter.hold_back();
  first->say(UpdateWords("1").upsert(mk_server_resource("a")));
  static_cast<void>(rig.adopter.update(0));
  first->end();
  rig.settle();
  rig.adopter.release();
  EXPECT_EQ(rig.accept().second.held_size(), 1);
}

TEST(Subscription, serves_on_and_comes_back_however_long_the_controller_is_away) {
  Subscribed rig;
  const auto first = rig.begin();
  first->say(UpdateWords("1").upsert(mk_server_resource("a")));
  static_cast<void>(Subscribed::result_of(*first));
  first->end();
  for (int i = 0; i < 200; ++i) {
    const auto [call, hello] = rig.accept();
    EXPECT_EQ(hello.held_size(), 1);
    call->end(i % 2 == 0 ? refused() : StreamEnd{});
  }
  EXPECT_EQ(rig.adopter.updates(), 1U);
  EXPECT_EQ(rig.adopter.held().size(), 1U);
}

TEST(Subscription, comes_back_at_once_after_a_redirect) {
  control::SubscriberSettings settings = Subscribed::usual();
  settings.backoff = {Duration(0), Duration(3'600'000)};
  settings.random = [] { return 0.999; };
  Subscribed rig(settings);
  const auto first = rig.begin();
  first->say(mk_redirect(Duration(0)));
  const auto second = rig.accept().first;
  EXPECT_TRUE(first->is_cancelled());
  // The controller may be faster than what it asked for.
  second->say(mk_redirect(Duration(60'000)));
  second->end();
  static_cast<void>(rig.accept());
  EXPECT_EQ(rig.log.count("controller lost"), 0U);
}

TEST(Subscription, does_not_run_in_a_circle_of_redirects) {
  control::SubscriberSettings settings = Subscribed::usual();
  settings.backoff = {Duration(3'600'000), Duration(7'200'000)};
  settings.random = [] { return 0.0; };
  Subscribed rig(settings);
  rig.begin()->say(mk_redirect(Duration(0)));
  while (rig.log.count("controller lost") == 0) rig.settle();
  EXPECT_EQ(rig.log.count("retry_ms=3600000"), 1U);
}

TEST(Subscription, comes_back_slowly_after_a_lasting_refusal) {
  control::SubscriberSettings settings = Subscribed::usual();
  settings.backoff = {Duration(0), Duration(3'600'000)};
  settings.random = [] { return 0.5; };
  Subscribed rig(settings);
  rig.begin()->end(refused());
  rig.settle();
  EXPECT_EQ(rig.log.count("retry_ms=1800000"), 1U);
  EXPECT_EQ(rig.log.count("another class"), 1U);
}

TEST(Subscription, tells_every_controller_that_it_drains) {
  Subscribed rig;
  const auto first = rig.begin();
  rig.subscriber->announce_drain(WallTime(std::chrono::seconds(1'800'000'000)), 12);
  const pb::ProxyMessage notice = first->hear();
  ASSERT_TRUE(notice.has_drain());
  EXPECT_EQ(notice.drain().deadline().seconds(), 1'800'000'000);
  EXPECT_EQ(notice.drain().open_sessions(), 12U);
  first->end();
  const auto second = rig.accept().first;
  EXPECT_TRUE(second->hear().has_drain());
}

TEST(Subscription, reports_its_load_as_often_as_it_is_asked_to) {
  Subscribed rig;
  std::uint64_t sessions = 0;
  rig.subscriber->count_load([&] {
    ++sessions;
    return LoadCounts{{{"993", sessions, 1, 2, 3, 4}}, {{"mail/example/mailbox", "pod-0", 5, 6}}};
  });
  rig.subscriber->start();
  const auto call = rig.accept().first;
  call->say(mk_welcome(Duration(1)));  // no more often than a tenth of a second, in truth
  const pb::ProxyMessage first = call->hear();
  ASSERT_TRUE(first.has_load());
  EXPECT_GT(first.load().time().seconds(), 0);
  ASSERT_EQ(first.load().listeners_size(), 1);
  EXPECT_EQ(first.load().listeners(0).open(), 1U);
  EXPECT_EQ(first.load().endpoints_size(), 1);
  const pb::ProxyMessage second = call->hear();
  ASSERT_TRUE(second.has_load());
  EXPECT_EQ(second.load().listeners(0).open(), 2U);
  EXPECT_EQ(second.load().endpoints_size(), 0);  // nothing new of it
}

TEST(Subscription, drops_load_reports_while_something_is_on_its_way_out) {
  Subscribed rig;
  test::Letterbox<int> counted;
  std::shared_ptr<test::Call> call;
  rig.subscriber->count_load([&] {
    counted.put(1);
    return LoadCounts{};
  });
  rig.subscriber->start();
  call = rig.accept().first;
  call->say(mk_welcome(Duration(100)));
  EXPECT_TRUE(call->hear().has_load());
  static_cast<void>(counted.take());
  call->stop_reading();
  call->say(UpdateWords("1"));
  EXPECT_TRUE(call->hear().has_result());
  // Two intervals later.
  test::Letterbox<int> later;
  rig.thread.post_after(Duration(220), [&] { later.put(1); });
  static_cast<void>(later.take());
  EXPECT_EQ(counted.size(), 0U);
  EXPECT_EQ(call->unheard(), 0U);
}

TEST(Subscription, reports_no_load_unasked) {
  Subscribed rig;
  rig.subscriber->count_load([] {
    ADD_FAILURE() << "nobody asked";
    return LoadCounts{};
  });
  const auto call = rig.begin();
  call->say(UpdateWords("1"));
  static_cast<void>(Subscribed::result_of(*call));
}

TEST(Subscription, counts_what_it_receives_and_how_often_it_came_back) {
  Subscribed rig;
  const auto first = rig.begin();
  const UpdateWords words = UpdateWords("1").upsert(mk_server_resource("a"));
  first->say(words);
  static_cast<void>(Subscribed::result_of(*first));
  const std::size_t octets = mk_welcome().ByteSizeLong() + words.message().ByteSizeLong();
  const std::string text = rig.metrics.text();
  EXPECT_NE(text.find("postern_stream_received_bytes_total " + std::to_string(octets)),
            std::string::npos);
  EXPECT_NE(text.find("postern_stream_connected 1"), std::string::npos);
  EXPECT_NE(text.find("postern_stream_reconnects_total 0"), std::string::npos);
  EXPECT_NE(text.find("postern_config_origin{origin=\"stream\"} 1"), std::string::npos);
  EXPECT_NE(text.find("postern_config_origin{origin=\"none\"} 0"), std::string::npos);
  first->end();
  static_cast<void>(rig.accept());
  EXPECT_NE(rig.metrics.text().find("postern_stream_connected 0"), std::string::npos);
  EXPECT_NE(rig.metrics.text().find("postern_stream_reconnects_total 1"), std::string::npos);
}

TEST(Subscription, says_what_became_of_each_update) {
  Subscribed rig;
  std::vector<Applied> seen;  // of the control thread
  rig.subscriber->when_applied([&](const Applied& applied) { seen.push_back(applied); });
  const auto call = rig.begin();
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  static_cast<void>(Subscribed::result_of(*call));
  rig.settle();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].version, "whole-1");
  EXPECT_EQ(seen[0].state, adopt::State::Active);
}

TEST(Subscription, stops_at_any_time) {
  for (int i = 0; i < 50; ++i) {
    Subscribed rig;
    if (i % 5 > 0) rig.subscriber->start();
    if (i % 5 > 1) {
      const auto call = rig.accept().first;
      if (i % 5 > 2) rig.adopter.hold_back();
      call->say(UpdateWords("1").upsert(mk_server_resource("a")));
      if (i % 5 > 3) static_cast<void>(rig.adopter.update(0));
    }
    rig.subscriber->stop();
    rig.adopter.release();
  }
}

TEST(Subscription, hears_a_correction_after_it_stopped_and_says_nothing) {
  Subscribed rig;
  const auto call = rig.begin();
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  static_cast<void>(Subscribed::result_of(*call));
  rig.subscriber->stop();
  rig.adopter.correct({adopt::State::Rejected, {}});
  rig.subscriber.reset();
  rig.adopter.correct({adopt::State::Active, {}});
  rig.settle();
  EXPECT_EQ(call->unheard(), 0U);
}

}  // namespace
}  // namespace postern::control
