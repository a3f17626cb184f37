// What a proxy is sent when it comes back: what it lacks, once, and nothing that it holds.
#include <gtest/gtest.h>

#include "tests/feature/stream/bare_proxy.h"
#include "tests/feature/stream/controller_end.h"

namespace postern {
namespace {

namespace pb = config::v1alpha1;
using publish::ApplyReport;
using publish::Refusal;
using test::BareProxy;
using test::ControllerEnd;
using test::mk_hello;
using test::mk_hello_holding;
using test::mk_server;
using test::names_of;
using test::Reports;
using Names = std::vector<std::string>;
using State = ApplyReport::State;

std::vector<config::Resource> mk_world(int servers, const std::string& content) {
  std::vector<config::Resource> world;
  for (int i = 0; i < servers; ++i) {
    world.push_back(mk_server("s" + std::to_string(1000 + i), content));
  }
  return world;
}

config::Resource mk_new(config::OnUnsupported on_unsupported) {
  config::Resource resource = mk_server("a", "new");
  resource.required_features = {"client-crl"};
  resource.on_unsupported = on_unsupported;
  return resource;
}

TEST(StreamReconnect, sends_nothing_that_is_held) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.publish(mk_world(500, std::string(2000, 'x')));
  std::vector<pb::ConfigUpdate> held;
  {
    BareProxy proxy(controller.channel());
    proxy.say(mk_hello());
    held = proxy.accept_update();
    EXPECT_GT(proxy.octets_heard(), 1'000'000U);
    ASSERT_TRUE(reports.in_state(State::Active));
  }
  BareProxy again(controller.channel());
  again.say(mk_hello_holding(held));
  const auto update = again.accept_update();
  ASSERT_EQ(update.size(), 1U);
  EXPECT_TRUE(update[0].last_chunk());
  EXPECT_TRUE(update[0].upserts().empty());
  EXPECT_TRUE(update[0].removals().empty());
  EXPECT_FALSE(update[0].full_state());
  EXPECT_EQ(update[0].version(), held[0].version());
  EXPECT_LT(again.octets_heard(), 100U);
}

TEST(StreamReconnect, after_a_break_in_the_middle_of_chunks_brings_it_all_once) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.publish(mk_world(5, "old"));
  pb::ProxyMessage hello;
  {
    BareProxy proxy(controller.channel());
    proxy.say(mk_hello());
    hello = mk_hello_holding(proxy.accept_update());
    hello.mutable_hello()->set_max_update_bytes(16 << 10);
  }
  controller.publish(mk_world(100, std::string(2000, 'x')));
  {
    BareProxy proxy(controller.channel());
    proxy.say(hello);
    ASSERT_TRUE(proxy.hear() && proxy.hear());  // Welcome, and one chunk of many
    proxy.break_off();
    EXPECT_FALSE(proxy.end().ok());
  }
  BareProxy again(controller.channel());
  again.say(hello);
  const auto chunks = again.accept_update();
  EXPECT_GT(chunks.size(), 5U);
  EXPECT_EQ(names_of(chunks).size(), 100U);
  ASSERT_TRUE(reports.settled(State::Active, 2));
}

TEST(StreamReconnect, to_a_controller_that_renders_differently_sends_it_once_and_is_stable) {
  Reports reports;
  ControllerEnd old_one(reports);
  ControllerEnd new_one(reports);
  old_one.publish(mk_world(20, "old form"));
  new_one.publish(mk_world(20, "new form"));
  BareProxy first(old_one.channel());
  first.say(mk_hello());
  pb::ProxyMessage hello = mk_hello_holding(first.accept_update());
  first.break_off();
  BareProxy moved(new_one.channel());
  moved.say(hello);
  const auto chunks = moved.accept_update();
  EXPECT_EQ(names_of(chunks).size(), 20U);
  moved.break_off();
  BareProxy again(new_one.channel());
  again.say(mk_hello_holding(chunks));
  EXPECT_EQ(names_of(again.accept_update()), Names{});
}

TEST(StreamReconnect, keeps_the_old_version_in_a_proxy_too_old_for_the_new_one) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.publish({mk_server("a"), mk_server("b")});
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  const std::string old_version = proxy.accept_update().at(0).upserts(0).version();
  controller.publish({mk_new(config::OnUnsupported::Hold)});
  const auto update = proxy.accept_update();
  EXPECT_EQ(names_of(update), Names{});
  EXPECT_TRUE(update.at(0).removals().empty());
  const auto report = reports.in_state(State::PartiallyActive);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->refusals.size(), 1U);
  EXPECT_EQ(report->refusals[0].code, Refusal::Code::ProxyTooOld);
  EXPECT_EQ(report->refusals[0].running_version, old_version);
  EXPECT_NE(report->refusals[0].detail.find("client-crl"), std::string::npos);
  controller.publish({mk_server("a", "newer, and as it was")});
  EXPECT_EQ(names_of(proxy.accept_update()), Names{"a"});
  EXPECT_TRUE(reports.settled(State::Active, 3));
}

TEST(StreamReconnect, takes_the_server_from_a_proxy_too_old_where_an_outage_is_better) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.publish({mk_server("a"), mk_server("b")});
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  proxy.accept_update();
  controller.publish({mk_new(config::OnUnsupported::DropServer)});
  const auto update = proxy.accept_update();
  ASSERT_EQ(update.at(0).removals_size(), 1);
  EXPECT_EQ(update[0].removals(0).name(), "a");
  const auto report = reports.in_state(State::PartiallyActive);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->refusals.at(0).code, Refusal::Code::ProxyTooOld);
  EXPECT_TRUE(report->refusals[0].running_version.empty());
}

TEST(StreamReconnect, gives_a_proxy_that_announces_the_feature_what_requires_it) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.publish({mk_new(config::OnUnsupported::Hold)});
  BareProxy proxy(controller.channel());
  pb::ProxyMessage hello = mk_hello();
  hello.mutable_hello()->add_features("client-crl");
  proxy.say(hello);
  const auto update = proxy.accept_update();
  ASSERT_EQ(names_of(update), Names{"a"});
  EXPECT_EQ(update[0].upserts(0).required_features(0), "client-crl");
}

TEST(StreamReconnect, is_asked_for_with_notice_when_a_connection_is_old) {
  Reports reports;
  publish::PushServerSettings settings = ControllerEnd::usual();
  settings.redirect_every_min = Duration(20);
  settings.redirect_every_max = Duration(40);
  settings.check_every = Duration(5);
  ControllerEnd controller(reports, {}, settings);
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  ASSERT_TRUE(proxy.hear()->has_welcome());
  const auto redirect = proxy.hear();
  ASSERT_TRUE(redirect && redirect->has_redirect());
  EXPECT_EQ(redirect->redirect().after().seconds(), 10);
}

}  // namespace
}  // namespace postern
