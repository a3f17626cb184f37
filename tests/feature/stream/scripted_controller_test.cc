// The proxy's end over real gRPC, against a controller that follows a script.
#include <thread>

#include <gtest/gtest.h>

#include "tests/feature/stream/scripted_grpc_controller.h"

namespace postern {
namespace {

namespace pb = config::v1alpha1;
using config::ResourceKey;
using config::ResourceType;
using test::GrpcController;
using test::GrpcProxy;
using test::mk_endpoints_resource;
using test::mk_key_pair_resource;
using test::mk_redirect;
using test::mk_server_resource;
using test::mk_welcome;
using test::TemporaryFolder;
using test::UpdateWords;

std::uint64_t received_octets(const Metrics& metrics) {
  const std::string text = metrics.text();
  const std::string name = "\npostern_stream_received_bytes_total ";
  return std::stoull(text.substr(text.find(name) + name.size()));
}

TEST(ScriptedController, hears_every_state_of_an_update) {
  GrpcController controller;
  GrpcProxy proxy(controller);
  const auto call = controller.accept().first;
  call->say(mk_welcome());
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);

  proxy.adopter.refuse({ResourceType::Server, "b"}, adopt::ErrorCode::MissingDependency);
  call->say(UpdateWords("2").upsert(mk_server_resource("b")).upsert(mk_server_resource("c")));
  const pb::ApplyResult partial = call->final_result();
  EXPECT_EQ(partial.state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  ASSERT_EQ(partial.errors_size(), 1);
  EXPECT_EQ(partial.errors(0).code(), pb::ResourceError::CODE_MISSING_DEPENDENCY);

  call->say(UpdateWords("3").upsert(mk_server_resource("b", "again")));
  EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_REJECTED);

  proxy.adopter.correct({adopt::State::Active, {}});
  const pb::ApplyResult late = call->hear_result();
  EXPECT_EQ(late.nonce(), "3");
  EXPECT_EQ(late.state(), pb::ApplyResult::STATE_ACTIVE);
}

TEST(ScriptedController, breaks_in_the_middle_of_an_update_and_nothing_changes) {
  GrpcController controller;
  GrpcProxy proxy(controller);
  {
    const auto call = controller.accept().first;
    call->say(UpdateWords("1").upsert(mk_server_resource("half")).more_follows());
    call->end(grpc::Status(grpc::StatusCode::UNAVAILABLE, "out of power"));
  }
  const auto [call, hello] = controller.accept();
  EXPECT_EQ(hello.held_size(), 0);
  call->say(UpdateWords("2").upsert(mk_server_resource("a")));
  EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(proxy.adopter.updates(), 1U);
  EXPECT_EQ(proxy.adopter.held().size(), 1U);
}

TEST(ScriptedController, sends_twenty_megabytes) {
  GrpcController controller;
  GrpcProxy proxy(controller);
  const auto call = controller.accept().first;
  for (int i = 0; i < 20; ++i) {
    UpdateWords words("1");
    words.upsert(mk_server_resource(std::to_string(i), std::string(1 << 20, 'x')));
    if (i < 19) words.more_follows();
    call->say(words);
  }
  EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(proxy.adopter.updates(), 1U);
  EXPECT_EQ(proxy.adopter.held().size(), 20U);
  EXPECT_GT(received_octets(proxy.metrics), std::uint64_t{20} << 20);
}

TEST(ScriptedController, is_left_when_its_message_is_larger_than_the_limit) {
  GrpcController controller;
  GrpcProxy proxy(controller);
  {
    const auto call = controller.accept().first;
    call->say(UpdateWords("1").upsert(mk_server_resource("a", std::string(9 << 20, 'x'))));
    EXPECT_FALSE(call->hear().has_value());
  }
  EXPECT_EQ(controller.accept().second.held_size(), 0);
  EXPECT_EQ(proxy.adopter.updates(), 0U);
}

TEST(ScriptedController, sends_two_updates_at_once_and_is_left) {
  GrpcController controller;
  GrpcProxy proxy(controller);
  proxy.adopter.hold_back();
  {
    const auto call = controller.accept().first;
    call->say(UpdateWords("1").upsert(mk_server_resource("a")));
    call->say(UpdateWords("2").upsert(mk_server_resource("b")));
    while (call->hear()) {
    }
  }
  proxy.adopter.release();
  EXPECT_EQ(controller.accept().second.held_size(), 1);
  EXPECT_EQ(proxy.adopter.updates(), 1U);
}

TEST(ScriptedController, is_away_and_comes_back_and_only_says_hello) {
  GrpcController controller;
  GrpcProxy proxy(controller);
  {
    const auto call = controller.accept().first;
    call->say(UpdateWords("1").upsert(mk_server_resource("a", std::string(100'000, 'x'))));
    EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);
    call->end(grpc::Status::OK);
  }
  controller.go();
  const std::uint64_t before = received_octets(proxy.metrics);
  EXPECT_EQ(proxy.adopter.held().size(), 1U);
  controller.come();
  const auto [call, hello] = controller.accept();
  EXPECT_EQ(hello.held_size(), 1);
  EXPECT_EQ(hello.applied_version(), "whole-1");
  call->say(UpdateWords("2", "whole-1"));
  EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_LT(received_octets(proxy.metrics) - before, 100U);
}

TEST(ScriptedController, refuses_for_long_and_is_asked_slowly) {
  control::SubscriberSettings settings = GrpcProxy::usual();
  settings.backoff = {Duration(1), Duration(3'600'000)};
  settings.random = [] { return 0.5; };
  GrpcController controller;
  GrpcProxy proxy(controller, settings);
  controller.accept().first->end(
      grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "a proxy of another class"));
  while (proxy.log.count("controller lost") == 0) std::this_thread::yield();
  EXPECT_EQ(proxy.log.count("a proxy of another class"), 1U);
  EXPECT_EQ(proxy.log.count("retry_ms=1800000"), 1U);
}

TEST(ScriptedController, redirects_and_is_back_at_once) {
  control::SubscriberSettings settings = GrpcProxy::usual();
  settings.backoff = {Duration(0), Duration(3'600'000)};
  settings.random = [] { return 0.999; };
  GrpcController controller;
  GrpcProxy proxy(controller, settings);
  {
    const auto call = controller.accept().first;
    call->say(mk_redirect(Duration(0)));
    EXPECT_FALSE(call->hear().has_value());
  }
  const auto again = controller.accept();  // held: where it ends, the controller is lost
  EXPECT_EQ(proxy.log.count("controller lost"), 0U);
}

TEST(ScriptedController, has_nothing_to_send_to_a_proxy_that_came_from_its_own_disk) {
  const TemporaryFolder folder;
  control::SubscriberSettings settings = GrpcProxy::usual();
  settings.state_dir = folder / "state";
  GrpcController controller;
  const config::Resource mailbox = mk_endpoints_resource("mailbox", 3);
  {
    auto proxy = std::make_unique<GrpcProxy>(controller, settings);
    const auto call = controller.accept().first;
    call->say(UpdateWords("1").upsert(mk_server_resource("a")).upsert(mailbox).full_state());
    EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);
    proxy.reset();  // before its stream, or it would come back
  }
  controller.go();
  GrpcProxy proxy(controller, settings);
  EXPECT_EQ(proxy.adopter.update(0).upserts.size(), 2U);
  EXPECT_EQ(proxy.adopter.held().size(), 2U);
  controller.come();
  const auto [call, hello] = controller.accept();
  EXPECT_EQ(hello.origin(), pb::CONFIG_ORIGIN_DISK);
  EXPECT_EQ(hello.held_size(), 2);
  const config::Resource scaled = mk_endpoints_resource("mailbox", 4);
  call->say(UpdateWords("2").delta(scaled, mailbox));
  EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_LT(received_octets(proxy.metrics), 250U);
}

TEST(ScriptedController, brings_the_private_keys_that_a_disk_may_not_have) {
  const TemporaryFolder folder;  // in memory on some machines, on a disk on others
  control::SubscriberSettings settings = GrpcProxy::usual();
  settings.state_dir = folder / "state";
  GrpcController controller;
  for (int start = 0; start < 2; ++start) {
    auto proxy = std::make_unique<GrpcProxy>(controller, settings);
    const auto [call, hello] = controller.accept();
    UpdateWords words(std::to_string(start));
    words.upsert(mk_key_pair_resource("mail/tls")).upsert(mk_server_resource("a"));
    call->say(words);
    EXPECT_EQ(call->final_result().state(), pb::ApplyResult::STATE_ACTIVE);
    EXPECT_EQ(proxy->adopter.held().size(), 2U);
    proxy.reset();
  }
}

}  // namespace
}  // namespace postern
