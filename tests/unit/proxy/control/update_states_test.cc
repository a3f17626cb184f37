// Every state of an update, as the controller hears of it.
#include <gtest/gtest.h>

#include "tests/unit/proxy/control/scripted_controller.h"

namespace postern::control {
namespace {

namespace pb = config::v1alpha1;
using adopt::ErrorCode;
using config::ResourceKey;
using config::ResourceType;
using test::mk_endpoints_resource;
using test::mk_server_resource;
using test::Subscribed;
using test::UpdateWords;

const ResourceKey kA{ResourceType::Server, "a"};
const ResourceKey kMailbox{ResourceType::Endpoints, "mailbox"};

TEST(UpdateStates, that_takes_long_is_accepted_first_and_active_after) {
  Subscribed rig;
  const auto call = rig.begin();
  rig.adopter.hold_back();
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  const pb::ApplyResult accepted = call->hear_result();
  EXPECT_EQ(accepted.state(), pb::ApplyResult::STATE_ACCEPTED);
  EXPECT_EQ(accepted.nonce(), "1");
  EXPECT_EQ(call->unheard(), 0U);
  rig.adopter.release();
  const pb::ApplyResult active = call->hear_result();
  EXPECT_EQ(active.state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(active.nonce(), "1");
  EXPECT_EQ(active.errors_size(), 0);
  EXPECT_TRUE(active.has_apply_time());
  EXPECT_EQ(rig.adopter.version(), "whole-1");
}

TEST(UpdateStates, is_active_at_once_where_nothing_takes_long) {
  Subscribed rig;
  const auto call = rig.begin();
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  EXPECT_EQ(call->hear_result().state(), pb::ApplyResult::STATE_ACTIVE);
}

TEST(UpdateStates, is_partially_active_with_a_refused_resource) {
  Subscribed rig;
  const auto call = rig.begin();
  const config::Resource before = mk_server_resource("a", "before");
  call->say(UpdateWords("1").upsert(before));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
  rig.adopter.refuse(kA, ErrorCode::BadCertificate);
  const config::Resource after = mk_server_resource("a", "after");
  call->say(UpdateWords("2").upsert(after).upsert(mk_server_resource("b")));
  const pb::ApplyResult result = Subscribed::result_of(*call);
  EXPECT_EQ(result.state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  ASSERT_EQ(result.errors_size(), 1);
  const pb::ResourceError& error = result.errors(0);
  EXPECT_EQ(error.type(), pb::RESOURCE_TYPE_SERVER);
  EXPECT_EQ(error.name(), "a");
  EXPECT_EQ(error.version(), after.version);
  EXPECT_EQ(error.running_version(), before.version);
  EXPECT_EQ(error.code(), pb::ResourceError::CODE_BAD_CERTIFICATE);
  EXPECT_EQ(error.field(), "tls.key_pairs[0]");
}

TEST(UpdateStates, tells_of_a_missing_dependency) {
  Subscribed rig;
  const auto call = rig.begin();
  rig.adopter.refuse(kA, ErrorCode::MissingDependency);
  call->say(UpdateWords("1").upsert(mk_server_resource("a")).upsert(mk_server_resource("b")));
  const pb::ApplyResult result = Subscribed::result_of(*call);
  ASSERT_EQ(result.errors_size(), 1);
  EXPECT_EQ(result.errors(0).code(), pb::ResourceError::CODE_MISSING_DEPENDENCY);
  EXPECT_TRUE(result.errors(0).running_version().empty());
}

TEST(UpdateStates, is_rejected_when_nothing_of_it_is_in_force) {
  Subscribed rig;
  const auto call = rig.begin();
  rig.adopter.refuse(kA, ErrorCode::Invalid);
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_REJECTED);
  // The adopter hears nothing of what cannot be decoded.
  call->say(UpdateWords("2").upsert(mk_server_resource("c")).with([](pb::ConfigUpdate& update) {
    update.mutable_upserts(0)->set_type(static_cast<pb::ResourceType>(99));
  }));
  const pb::ApplyResult result = Subscribed::result_of(*call);
  EXPECT_EQ(result.state(), pb::ApplyResult::STATE_REJECTED);
  ASSERT_EQ(result.errors_size(), 1);
  EXPECT_EQ(result.errors(0).code(), pb::ResourceError::CODE_UNSUPPORTED);
}

TEST(UpdateStates, refuses_what_requires_a_feature_that_it_lacks) {
  Subscribed rig;
  const auto call = rig.begin();
  config::Resource strict = mk_server_resource("a");
  strict.required_features = {"client-crl-of-tomorrow"};
  strict = test::versioned(std::move(strict));
  call->say(UpdateWords("1").upsert(strict).upsert(mk_server_resource("b")));
  const pb::ApplyResult result = Subscribed::result_of(*call);
  EXPECT_EQ(result.state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  ASSERT_EQ(result.errors_size(), 1);
  EXPECT_EQ(result.errors(0).code(), pb::ResourceError::CODE_UNSUPPORTED);
  EXPECT_EQ(rig.adopter.resource(kA), nullptr);
}

TEST(UpdateStates, corrects_itself_later_with_the_same_nonce) {
  Subscribed rig;
  const auto call = rig.begin();
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
  adopt::Outcome lost{adopt::State::PartiallyActive, {}};
  lost.errors.push_back(
      {{ResourceType::Listener, "143"}, "v", "", ErrorCode::BindFailed, "port", "in use", true});
  rig.adopter.correct(lost);
  const pb::ApplyResult late = call->hear_result();
  EXPECT_EQ(late.nonce(), "1");
  EXPECT_EQ(late.state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  ASSERT_EQ(late.errors_size(), 1);
  EXPECT_TRUE(late.errors(0).retryable());
  rig.adopter.correct({adopt::State::Active, {}});
  const pb::ApplyResult found_again = call->hear_result();
  EXPECT_EQ(found_again.nonce(), "1");
  EXPECT_EQ(found_again.state(), pb::ApplyResult::STATE_ACTIVE);
}

TEST(UpdateStates, keeps_what_did_not_decode_in_each_correction) {
  Subscribed rig;
  const auto call = rig.begin();
  call->say(UpdateWords("1")
                .upsert(mk_server_resource("a"))
                .upsert(mk_server_resource("b"))
                .with([](pb::ConfigUpdate& update) { update.mutable_upserts(0)->clear_server(); }));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  rig.adopter.correct({adopt::State::Active, {}});
  const pb::ApplyResult late = call->hear_result();
  EXPECT_EQ(late.state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  EXPECT_EQ(late.errors_size(), 1);
}

TEST(UpdateStates, tells_no_correction_to_a_stream_that_never_had_the_update) {
  Subscribed rig;
  const auto first = rig.begin();
  first->say(UpdateWords("1").upsert(mk_server_resource("a")));
  static_cast<void>(Subscribed::result_of(*first));
  first->end();
  const auto second = rig.accept().first;
  rig.adopter.correct({adopt::State::PartiallyActive, {}});
  rig.settle();
  EXPECT_EQ(second->unheard(), 0U);
}

TEST(UpdateStates, tells_a_later_controller_what_still_stands) {
  Subscribed rig;
  const auto first = rig.begin();
  const config::Resource a = mk_server_resource("a");
  first->say(UpdateWords("1").upsert(a).upsert(mk_server_resource("b")));
  static_cast<void>(Subscribed::result_of(*first));
  adopt::Outcome taken{adopt::State::PartiallyActive, {}};
  taken.errors.push_back({kA, a.version, a.version, ErrorCode::BindFailed, "port", "taken", true});
  taken.errors.push_back(
      {{ResourceType::Server, "b"}, "2", "1", ErrorCode::Invalid, "", "", false});
  rig.adopter.correct(taken);
  static_cast<void>(first->hear_result());
  first->end();
  const auto second = rig.accept().first;
  second->say(UpdateWords("7"));
  const pb::ApplyResult opening = Subscribed::result_of(*second);
  EXPECT_EQ(opening.state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  ASSERT_EQ(opening.errors_size(), 1);  // the other one is sent again, since it is not held
  EXPECT_EQ(opening.errors(0).name(), "a");
  // It is told once, and again when it has gone.
  second->say(UpdateWords("8"));
  EXPECT_EQ(Subscribed::result_of(*second).state(), pb::ApplyResult::STATE_ACTIVE);
  rig.adopter.correct(0, {adopt::State::Active, {}});
  const pb::ApplyResult corrected = second->hear_result();
  EXPECT_EQ(corrected.nonce(), "7");
  EXPECT_EQ(corrected.state(), pb::ApplyResult::STATE_ACTIVE);
}

TEST(UpdateStates, tells_nothing_old_of_what_was_named_anew) {
  Subscribed rig;
  const auto first = rig.begin();
  const config::Resource a = mk_server_resource("a");
  first->say(UpdateWords("1").upsert(a));
  static_cast<void>(Subscribed::result_of(*first));
  adopt::Outcome taken{adopt::State::PartiallyActive, {}};
  taken.errors.push_back({kA, a.version, a.version, ErrorCode::BindFailed, "port", "taken", true});
  rig.adopter.correct(taken);
  static_cast<void>(first->hear_result());
  first->end();
  const auto second = rig.accept().first;
  second->say(UpdateWords("7").upsert(mk_server_resource("a", "on another port")));
  EXPECT_EQ(Subscribed::result_of(*second).state(), pb::ApplyResult::STATE_ACTIVE);
}

TEST(UpdateStates, takes_the_version_of_an_empty_update) {
  Subscribed rig;
  const auto call = rig.begin();
  call->say(UpdateWords("1", "version-7"));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(rig.adopter.version(), "version-7");
}

TEST(UpdateStates, changes_nothing_when_the_stream_breaks_between_chunks) {
  Subscribed rig;
  const auto first = rig.begin();
  first->say(UpdateWords("1").upsert(mk_server_resource("a")));
  static_cast<void>(Subscribed::result_of(*first));
  first->say(UpdateWords("2").upsert(mk_server_resource("half")).more_follows());
  first->end();
  const auto [second, hello] = rig.accept();
  EXPECT_EQ(hello.applied_version(), "whole-1");
  EXPECT_EQ(hello.held_size(), 1);
  // The other half, on a stream that never had the first.
  second->say(UpdateWords("3").upsert(mk_server_resource("b")));
  EXPECT_EQ(Subscribed::result_of(*second).state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(rig.adopter.updates(), 2U);
  EXPECT_EQ(rig.adopter.update(1).upserts.size(), 1U);
}

TEST(UpdateStates, takes_twenty_megabytes_in_chunks_as_one_update) {
  Subscribed rig;
  const auto call = rig.begin();
  constexpr int kChunks = 20;
  for (int i = 0; i < kChunks; ++i) {
    UpdateWords words("1");
    for (int j = 0; j < 16; ++j) {
      words.upsert(mk_server_resource(std::to_string(i * 16 + j), std::string(64 << 10, 'x')));
    }
    if (i + 1 < kChunks) words.more_follows();
    call->say(words);
  }
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(rig.adopter.updates(), 1U);
  EXPECT_EQ(rig.adopter.held().size(), 320U);
  EXPECT_NE(rig.metrics.text().find("postern_updates_total{result=\"active\"} 1"),
            std::string::npos);
}

TEST(UpdateStates, leaves_a_controller_that_sends_two_updates_at_once) {
  Subscribed rig;
  const auto first = rig.begin();
  rig.adopter.hold_back();
  first->say(UpdateWords("1").upsert(mk_server_resource("a")));
  first->say(UpdateWords("2").upsert(mk_server_resource("b")));
  rig.settle();
  EXPECT_TRUE(first->is_cancelled());
  rig.adopter.release();
  const auto [second, hello] = rig.accept();
  EXPECT_EQ(hello.held_size(), 1);
  EXPECT_EQ(rig.adopter.updates(), 1U);
  EXPECT_EQ(rig.log.count("an update before the last one was answered"), 1U);
}

TEST(UpdateStates, passes_over_a_message_of_a_newer_controller) {
  Subscribed rig;
  const auto call = rig.begin();
  pb::ControllerMessage newer;
  ASSERT_TRUE(newer.ParseFromString(std::string("\xBA\x3E\x02hi", 5)));  // field 999
  call->say(newer);
  call->say(UpdateWords("1").upsert(mk_server_resource("a")));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
}

TEST(UpdateStates, makes_the_whole_of_a_delta) {
  Subscribed rig;
  const auto call = rig.begin();
  const config::Resource before = mk_endpoints_resource("mailbox", 3);
  const config::Resource after = mk_endpoints_resource("mailbox", 4);
  call->say(UpdateWords("1").upsert(before));
  static_cast<void>(Subscribed::result_of(*call));
  call->say(UpdateWords("2").delta(after, before));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
  const auto held = rig.adopter.resource(kMailbox);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->version, after.version);
  EXPECT_EQ(std::get<config::EndpointSet>(held->body).endpoints.size(), 4U);
}

TEST(UpdateStates, asks_for_the_whole_when_a_delta_has_another_base) {
  Subscribed rig;
  const auto call = rig.begin();
  const config::Resource held = mk_endpoints_resource("mailbox", 1);
  const config::Resource base = mk_endpoints_resource("mailbox", 2);
  const config::Resource after = mk_endpoints_resource("mailbox", 3);
  call->say(UpdateWords("1").upsert(held));
  static_cast<void>(Subscribed::result_of(*call));
  call->say(UpdateWords("2").delta(after, base).upsert(mk_server_resource("a")));
  const pb::ApplyResult result = Subscribed::result_of(*call);
  EXPECT_EQ(result.state(), pb::ApplyResult::STATE_PARTIALLY_ACTIVE);
  ASSERT_EQ(result.errors_size(), 1);
  EXPECT_EQ(result.errors(0).code(), pb::ResourceError::CODE_MISSING_BASE);
  EXPECT_EQ(result.errors(0).version(), after.version);
  EXPECT_EQ(result.errors(0).running_version(), held.version);
  EXPECT_EQ(rig.adopter.resource(kMailbox)->version, held.version);
  call->say(UpdateWords("3").upsert(after));
  EXPECT_EQ(Subscribed::result_of(*call).state(), pb::ApplyResult::STATE_ACTIVE);
  EXPECT_EQ(rig.adopter.resource(kMailbox)->version, after.version);
}

}  // namespace
}  // namespace postern::control
