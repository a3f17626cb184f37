// What the controller sends and believes, with a proxy that takes, refuses, keeps silent or lies.
#include <gtest/gtest.h>

#include "controller/publish/wanted.h"
#include "tests/feature/stream/bare_proxy.h"
#include "tests/feature/stream/controller_end.h"

namespace postern {
namespace {

namespace pb = config::v1alpha1;
using publish::ApplyReport;
using publish::Refusal;
using test::BareProxy;
using test::ControllerEnd;
using test::mk_error;
using test::mk_hello;
using test::mk_server;
using test::names_of;
using test::Reports;
using Names = std::vector<std::string>;
using State = ApplyReport::State;

// Updates end with the one that brings a resource of this name: what else came on the way?
std::vector<Names> until(BareProxy& proxy, const std::string& name) {
  std::vector<Names> updates;
  while (updates.empty() || updates.back() != Names{name}) {
    const auto chunks = proxy.accept_update();
    if (chunks.empty()) break;
    updates.push_back(names_of(chunks));
  }
  return updates;
}

struct StreamUpdates : testing::Test {
  Reports reports;
  ControllerEnd controller{reports};
  BareProxy proxy{controller.channel()};
};

TEST_F(StreamUpdates, report_a_refused_resource_and_never_send_it_again) {
  controller.publish({mk_server("a"), mk_server("b")});
  proxy.say(mk_hello());
  const auto chunks = proxy.hear_update();
  ASSERT_EQ(names_of(chunks), (Names{"a", "b"}));
  proxy.answer(chunks[0].nonce(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE,
               {mk_error(chunks[0].upserts(0), pb::ResourceError::CODE_BAD_CERTIFICATE)});
  const auto report = reports.in_state(State::PartiallyActive);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->refusals.size(), 1U);
  EXPECT_EQ(report->refusals[0].code, Refusal::Code::BadCertificate);
  EXPECT_EQ(report->refusals[0].sources[0].uid, "uid-a");
  // KC8: the same bad version at line speed. Ten changes of others do not bring it back.
  for (int i = 0; i < 10; ++i) {
    controller.publish({mk_server("b", std::to_string(i))});
    EXPECT_EQ(names_of(proxy.accept_update()), Names{"b"});
  }
  controller.publish({mk_server("a", "better")});
  EXPECT_EQ(names_of(proxy.accept_update()), Names{"a"});
  ASSERT_TRUE(reports.settled(State::Active, 12));
}

TEST_F(StreamUpdates, bring_back_what_lacked_a_dependency_with_the_next_change) {
  controller.publish({mk_server("a")});
  proxy.say(mk_hello());
  const auto chunks = proxy.hear_update();
  proxy.answer(chunks.at(0).nonce(), pb::ApplyResult::STATE_REJECTED,
               {mk_error(chunks[0].upserts(0), pb::ResourceError::CODE_MISSING_DEPENDENCY)});
  const auto report = reports.in_state(State::Rejected);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->refusals.at(0).code, Refusal::Code::MissingDependency);
  controller.publish({{"mail/tls", {}, {}, config::TrustBundle{"authority"}}});
  EXPECT_EQ(names_of(proxy.accept_update()), (Names{"mail/tls", "a"}));
  const auto good = reports.settled(State::Active, 2);
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->refusals.empty());
}

TEST_F(StreamUpdates, take_a_late_refusal_and_a_late_correction) {
  controller.publish({mk_server("a")});
  proxy.say(mk_hello());
  const auto chunks = proxy.accept_update();
  ASSERT_TRUE(reports.in_state(State::Active));
  pb::ResourceError late = mk_error(chunks.at(0).upserts(0), pb::ResourceError::CODE_BIND_FAILED);
  late.set_retryable(true);
  proxy.answer(chunks[0].nonce(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE, {late});
  const auto worse = reports.in_state(State::PartiallyActive);
  ASSERT_TRUE(worse);
  EXPECT_TRUE(worse->refusals.at(0).retryable);
  reports.forget();
  proxy.answer(chunks[0].nonce(), pb::ApplyResult::STATE_ACTIVE);
  ASSERT_TRUE(reports.in_state(State::Active));
  controller.publish({mk_server("b")});
  EXPECT_EQ(until(proxy, "b"), std::vector<Names>{Names{"b"}});
}

TEST_F(StreamUpdates, take_an_early_word_and_a_last_one) {
  controller.publish({mk_server("a")});
  proxy.say(mk_hello());
  const auto chunks = proxy.hear_update();
  proxy.answer(chunks.at(0).nonce(), pb::ApplyResult::STATE_ACCEPTED);
  controller.publish({mk_server("b")});
  proxy.answer(chunks[0].nonce(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(until(proxy, "b"), std::vector<Names>{Names{"b"}});
  ASSERT_TRUE(reports.settled(State::Active, 2));
}

TEST_F(StreamUpdates, take_no_answer_to_what_was_never_asked) {
  controller.publish({mk_server("a")});
  proxy.say(mk_hello());
  const auto chunks = proxy.hear_update();
  pb::ResourceError foreign = mk_error(chunks.at(0).upserts(0), pb::ResourceError::CODE_INTERNAL);
  foreign.set_name("never/heard/of");
  proxy.answer("77", pb::ApplyResult::STATE_REJECTED, {foreign});
  proxy.answer("", pb::ApplyResult::STATE_REJECTED, {foreign});
  proxy.answer(chunks[0].nonce(), pb::ApplyResult::STATE_ACTIVE, {foreign});
  const auto report = reports.settled(State::Active, 1);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->refusals.empty());
  EXPECT_EQ(reports.count(), 1U);
}

TEST_F(StreamUpdates, of_twenty_megaoctets_come_in_chunks_of_the_size_that_was_asked_for) {
  std::vector<config::Resource> world;
  for (int i = 0; i < 200; ++i) {
    world.push_back(mk_server("s" + std::to_string(1000 + i), std::string(100'000, 'x')));
  }
  controller.publish(std::move(world));
  pb::ProxyMessage hello = mk_hello();
  hello.mutable_hello()->set_max_update_bytes(2 << 20);
  proxy.say(hello);
  const auto chunks = proxy.accept_update();
  EXPECT_GE(chunks.size(), 10U);
  EXPECT_GT(proxy.octets_heard(), 20'000'000U);
  for (const pb::ConfigUpdate& chunk : chunks) {
    EXPECT_LE(chunk.ByteSizeLong(), std::size_t{2} << 20);
    EXPECT_EQ(chunk.nonce(), chunks[0].nonce());
  }
  EXPECT_EQ(names_of(chunks).size(), 200U);
  ASSERT_TRUE(reports.settled(State::Active, 1));
}

TEST(StreamSilence, of_a_proxy_that_owes_an_answer_ends_its_stream) {
  Reports reports;
  publish::PushServerSettings settings = ControllerEnd::usual();
  settings.result_timeout = Duration(50);
  settings.check_every = Duration(10);
  ControllerEnd controller(reports, {}, settings);
  controller.publish({mk_server("a")});
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  EXPECT_FALSE(proxy.hear_update().empty());
  const grpc::Status status = proxy.end();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(status.error_message(), "no result in time");
  ASSERT_TRUE(reports.in_state(State::Gone));
}

}  // namespace
}  // namespace postern
