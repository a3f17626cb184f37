// How a stream begins and ends, with a proxy that may do as it likes.
#include <gtest/gtest.h>

#include "tests/feature/stream/bare_proxy.h"
#include "tests/feature/stream/controller_end.h"

namespace postern {
namespace {

namespace pb = config::v1alpha1;
using test::BareProxy;
using test::ControllerEnd;
using test::mk_hello;
using test::mk_server;
using test::Reports;

TEST(StreamHandshake, ends_when_no_hello_is_said) {
  Reports reports;
  publish::PushServerSettings settings = ControllerEnd::usual();
  settings.hello_timeout = Duration(20);
  ControllerEnd controller(reports, {}, settings);
  BareProxy proxy(controller.channel());
  EXPECT_EQ(proxy.end().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST(StreamHandshake, is_refused_to_a_proxy_of_another_class) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.publish({mk_server("a")});
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello("other"));
  EXPECT_FALSE(proxy.hear().has_value());
  EXPECT_EQ(proxy.end().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST(StreamHandshake, is_refused_without_a_common_protocol_and_says_both_ranges) {
  Reports reports;
  ControllerEnd controller(reports);
  BareProxy proxy(controller.channel());
  pb::ProxyMessage hello = mk_hello();
  hello.mutable_hello()->set_min_protocol(2);
  hello.mutable_hello()->set_max_protocol(3);
  proxy.say(hello);
  const grpc::Status status = proxy.end();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(status.error_message().find("2 to 3"), std::string::npos);
  EXPECT_NE(status.error_message().find("1 to 1"), std::string::npos);
}

TEST(StreamHandshake, ends_when_hello_is_said_twice_or_not_first) {
  Reports reports;
  ControllerEnd controller(reports);
  BareProxy twice(controller.channel());
  twice.say(mk_hello());
  twice.say(mk_hello());
  EXPECT_EQ(twice.end().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  BareProxy late(controller.channel());
  pb::ProxyMessage result;
  result.mutable_result()->set_nonce("1");
  late.say(result);
  EXPECT_EQ(late.end().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(StreamHandshake, says_nothing_of_configuration_before_there_is_one) {
  Reports reports;
  ControllerEnd controller(reports);
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  const auto welcome = proxy.hear();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().protocol(), 1U);
  EXPECT_EQ(welcome->welcome().controller_id(), "controller-1");
  controller.publish({mk_server("a")});
  const auto update = proxy.hear();
  ASSERT_TRUE(update && update->has_update());
  EXPECT_EQ(update->update().upserts_size(), 1);
}

TEST(StreamHandshake, asks_for_load_reports_and_shows_the_last_one) {
  Reports reports;
  ControllerEnd controller(reports);
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  const auto welcome = proxy.hear();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().load_report_interval().seconds(), 10);
  pb::ProxyMessage load;
  load.mutable_load()->add_listeners()->set_open(3);
  load.mutable_load()->add_listeners()->set_open(4);
  proxy.say(load);
  pb::ProxyMessage drain;
  drain.mutable_drain()->set_open_sessions(7);
  drain.mutable_drain()->mutable_deadline()->set_seconds(1'800'000'000);
  proxy.say(drain);
  const auto published = controller.publish({mk_server("a")});
  EXPECT_EQ(proxy.accept_update().size(), 1U);
  const auto report = reports.settled(publish::ApplyReport::State::Active, published.sequence);
  ASSERT_TRUE(report && report->load && report->drain);
  EXPECT_EQ(report->load->open, 7U);
  EXPECT_EQ(report->drain->open_sessions, 7U);
  EXPECT_EQ(report->drain->deadline_unix_s, 1'800'000'000);
}

TEST(StreamHandshake, that_stops_half_way_through_a_hello_leaves_nothing_behind) {
  Reports reports;
  ControllerEnd controller(reports);
  {
    BareProxy proxy(controller.channel());
    pb::ProxyMessage half = mk_hello();
    half.mutable_hello()->clear_node();
    proxy.say(half);
    EXPECT_EQ(proxy.end().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  }
  {
    BareProxy proxy(controller.channel());
    proxy.say(pb::ProxyMessage());
    EXPECT_EQ(proxy.end().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }
  {
    BareProxy proxy(controller.channel());
  }
  controller.publish({mk_server("a")});
  EXPECT_TRUE(controller.push().reports().empty());
}

TEST(StreamHandshake, is_refused_while_the_controller_stops) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.push().stop();
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  EXPECT_EQ(proxy.end().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(StreamHandshake, stops_with_proxies_that_do_not_read) {
  Reports reports;
  auto controller = std::make_unique<ControllerEnd>(reports);
  BareProxy proxy(controller->channel());
  proxy.say(mk_hello());
  ASSERT_TRUE(proxy.hear().has_value());
  std::vector<config::Resource> all;
  for (int i = 0; i < 300; ++i) {
    all.push_back(mk_server("s" + std::to_string(i), std::string(10'000, 'x')));
  }
  controller->publish(std::move(all));
  controller.reset();
  EXPECT_FALSE(proxy.end().ok());
}

}  // namespace
}  // namespace postern
