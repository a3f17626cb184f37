// Deltas, old proxies, missing dependencies, and what is told of them.
#include "tests/unit/controller/publish/recorded_proxies.h"

namespace postern::publish {
namespace {

const ResourceKey kMembers{ResourceType::Endpoints, "e"};
const std::set<std::string, std::less<>> kDeltas{"endpoint-delta"};

TEST_F(RecordedProxies, are_sent_a_delta_against_the_endpoints_that_they_hold) {
  want({mk_endpoints("e", 1)});
  join({}, kDeltas);
  const auto first = next();
  EXPECT_EQ(first->upserts.at(0).base, nullptr);
  settle(*first);
  const SharedResource before = wanted.find(kMembers);
  want({mk_endpoints("e", 2)});
  want({mk_endpoints("e", 3)});
  const auto second = next();
  EXPECT_EQ(second->upserts.at(0).base, before);
}

TEST_F(RecordedProxies, that_come_back_with_endpoints_are_sent_deltas_against_them) {
  want({mk_endpoints("e", 1)});
  join({{kMembers, version_of(kMembers)}}, kDeltas);
  bring_up_to_date();
  want({mk_endpoints("e", 2)});
  EXPECT_NE(next()->upserts.at(0).base, nullptr);
}

TEST_F(RecordedProxies, are_sent_the_whole_set_where_a_delta_cannot_be) {
  want({mk_endpoints("e", 1), mk_endpoints("few", 1, 3)});
  join({}, kDeltas);
  bring_up_to_date();
  want({mk_endpoints("e", 1), mk_endpoints("few", 2, 3)});
  EXPECT_EQ(next()->upserts.at(0).base, nullptr) << "a small set";
  join({{kMembers, "unknown here"}}, kDeltas);
  EXPECT_EQ(next()->upserts.at(0).base, nullptr) << "an unknown base";
  join({{kMembers, version_of(kMembers)}});
  bring_up_to_date();
  want({mk_endpoints("e", 2)});
  EXPECT_EQ(next()->upserts.at(0).base, nullptr) << "a proxy that knows no deltas";
}

TEST_F(RecordedProxies, are_sent_a_delta_against_the_listener_that_they_hold) {
  const ResourceKey port{ResourceType::Listener, "993"};
  want({mk_listener(993, 100)});
  join({}, {"tenants-delta"});
  bring_up_to_date();
  const SharedResource before = wanted.find(port);
  want({mk_listener(993, 101)});
  EXPECT_EQ(next()->upserts.at(0).base, before);
  join({{port, before->version}}, kDeltas);
  EXPECT_EQ(next()->upserts.at(0).base, nullptr) << "a proxy that knows only of endpoints";
}

TEST_F(RecordedProxies, that_cannot_follow_a_delta_are_sent_the_whole_and_it_is_no_refusal) {
  want({mk_endpoints("e", 1)});
  join({}, kDeltas);
  bring_up_to_date();
  const std::string old_version = version_of(kMembers);
  want({mk_endpoints("e", 2)});
  const auto delta = next();
  const auto report = settle(*delta, {refusal(kMembers, old_version)}, true);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->refusals.empty());
  EXPECT_LT(report->sequence, sequence) << "it is not answered yet";
  const auto whole = next();
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->upserts.at(0).base, nullptr);
  // Now it is one.
  const auto refused = settle(*whole, {refusal(kMembers, old_version)});
  EXPECT_EQ(refused->refusals.size(), 1U);
  EXPECT_EQ(refused->sequence, sequence);
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, that_never_follow_deltas_are_sent_no_more_of_them) {
  want({mk_endpoints("e", 1)});
  join({}, kDeltas);
  bring_up_to_date();
  int deltas = 0;
  for (std::uint32_t weight = 2; weight < 12; ++weight) {
    const std::string held = version_of(kMembers);
    want({mk_endpoints("e", weight)});
    while (const auto push = next()) {
      const bool is_delta = push->upserts.at(0).base != nullptr;
      deltas += is_delta ? 1 : 0;
      settle(*push, is_delta ? std::vector{refusal(kMembers, held)} : std::vector<Refusal>{});
    }
  }
  EXPECT_EQ(deltas, 3);
}

Resource mk_requiring(config::OnUnsupported on_unsupported) {
  Resource resource = mk_server("a", "new");
  resource.required_features = {"client-crl"};
  resource.on_unsupported = on_unsupported;
  return resource;
}

TEST_F(RecordedProxies, too_old_for_a_removal_to_be_taken_are_not_asked_at_line_speed) {
  want({mk_server("a")});
  join();
  bring_up_to_date();
  const std::string held = version_of(kA);
  want({mk_requiring(config::OnUnsupported::DropServer)});
  const auto push = next();
  ASSERT_EQ(push->removals, std::vector<ResourceKey>{kA});
  EXPECT_EQ(settle(*push, {refusal(kA, held)})->state, ApplyReport::State::PartiallyActive);
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, too_old_for_what_replaces_what_they_refused_are_told_to_forget_that) {
  for (const auto reaction : {config::OnUnsupported::DropServer, config::OnUnsupported::Hold}) {
    want({mk_server("a")});
    join();
    EXPECT_EQ(settle(*next(), {refusal(kA)})->refusals.size(), 1U);
    want({mk_requiring(reaction)});
    const auto push = next();
    ASSERT_TRUE(push);
    EXPECT_EQ(push->removals, std::vector<ResourceKey>{kA}) << "it tries again what it refused";
    const auto report = settle(*push);
    ASSERT_EQ(report->refusals.size(), 1U);
    EXPECT_EQ(report->refusals[0].code, Refusal::Code::ProxyTooOld);
    EXPECT_FALSE(next().has_value());
    want({});
  }
}

TEST_F(RecordedProxies, too_old_for_what_is_gone_have_nothing_to_be_told_of_any_more) {
  want({mk_requiring(config::OnUnsupported::Hold)});
  join();
  EXPECT_EQ(settle(*next())->refusals.size(), 1U);
  want({});
  EXPECT_TRUE(settle(*next())->refusals.empty());
  join({{kA, "old"}});
  want({mk_requiring(config::OnUnsupported::DropServer)});
  EXPECT_EQ(settle(*next())->refusals.size(), 1U);
  want({});
  EXPECT_TRUE(settle(*next())->refusals.empty());
}

TEST_F(RecordedProxies, that_keep_something_back_are_never_told_that_all_else_goes) {
  want({mk_requiring(config::OnUnsupported::Hold), mk_server("b")});
  Greeting greeting;
  greeting.held = {{kA, "old"}};
  greeting.holds_unknown = true;
  record.emplace(ConnectionId{1}, greeting, counts);
  EXPECT_FALSE(next()->full_state);
}

TEST_F(RecordedProxies, that_hold_what_cannot_be_named_are_sent_the_full_state) {
  want({mk_server("a"), mk_server("b")});
  Greeting greeting;
  greeting.held = {{kA, version_of(kA)}};
  greeting.holds_unknown = true;
  record.emplace(ConnectionId{1}, greeting, counts);
  const auto push = next();
  EXPECT_TRUE(push->full_state);
  EXPECT_EQ(names(*push), (std::vector<std::string>{"a", "b"}));
  settle(*push);
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, that_lacked_a_dependency_are_asked_again_only_along_with_news) {
  want({mk_server("a")});
  join();
  Refusal lacking = refusal(kA);
  lacking.code = Refusal::Code::MissingDependency;
  settle(*next(), {lacking});
  EXPECT_FALSE(next().has_value());
  want({mk_server("a"), mk_server("b")});
  const auto push = next();
  EXPECT_EQ(names(*push), (std::vector<std::string>{"a", "b"}));
  settle(*push, {lacking});
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, that_try_again_by_themselves_are_not_asked) {
  want({mk_server("a")});
  join();
  Refusal lacking = refusal(kA);
  lacking.code = Refusal::Code::MissingDependency;
  lacking.retryable = true;
  settle(*next(), {lacking});
  want({mk_server("a"), mk_server("b")});
  EXPECT_EQ(names(*next()), std::vector<std::string>{"b"});
}

TEST_F(RecordedProxies, have_answered_for_what_did_not_concern_them) {
  want({mk_server("a")});
  join();
  bring_up_to_date();
  EXPECT_EQ(record->sequence(), 1U);
  want({mk_server("a")});
  EXPECT_FALSE(next().has_value());
  EXPECT_EQ(record->sequence(), 2U);
}

TEST_F(RecordedProxies, have_not_answered_for_what_came_after_their_update) {
  want({mk_server("a")});
  join();
  const auto push = next();
  want({mk_server("a", "new")});
  const auto report = settle(*push);
  EXPECT_EQ(report->sequence, 1U);
  EXPECT_EQ(report->version, push->version);
}

TEST_F(RecordedProxies, are_reported_with_the_newest_generation_of_a_source) {
  want({mk_server("a")});
  join();
  settle(*next(), {refusal(kA)});
  Resource edited = mk_server("a");
  edited.sources = mk_sources("a", 9);
  want({edited});
  EXPECT_EQ(record->report(wanted).refusals.at(0).sources[0].generation, 9);
}

TEST_F(RecordedProxies, are_counted_by_type_and_never_by_name) {
  want({mk_server("a"), mk_server("b")});
  join();
  settle(*next(), {refusal(kA)});
  const std::string text = metrics.text();
  EXPECT_NE(text.find("postern_nack_total{code=\"invalid\",type=\"SERVER\"} 1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("postern_push_total{result=\"accepted\",type=\"SERVER\"} 1"),
            std::string::npos);
  EXPECT_EQ(text.find("pod-7"), std::string::npos);
}

}  // namespace
}  // namespace postern::publish
