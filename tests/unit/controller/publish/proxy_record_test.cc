#include "controller/publish/proxy_record.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/publish/mk.h"

namespace postern::publish {
namespace {

using config::Resource;
using config::ResourceKey;
using config::ResourceType;

const ResourceKey kA{ResourceType::Server, "a"};
const ResourceKey kB{ResourceType::Server, "b"};

// One proxy's record, and what is wanted, edited as a whole or change by change.
struct RecordedProxies : testing::Test {
  Wanted wanted;
  std::uint64_t sequence = 0;
  Metrics metrics;
  PushMetrics counts{metrics};
  std::optional<ProxyRecord> record;

  void want(std::vector<Resource> resources) {
    std::set<ResourceKey> gone;
    for (const SharedResource& resource : wanted.all()) gone.insert(resource->key());
    for (SharedResource& resource : stamp(std::move(resources)).fitting) {
      const ResourceKey key = resource->key();
      gone.erase(key);
      if (wanted.put(std::move(resource))) look_at(key);
    }
    for (const ResourceKey& key : gone) {
      if (wanted.remove(key)) look_at(key);
    }
    ++sequence;
  }
  void look_at(const ResourceKey& key) {
    if (record) record->look_at(key);
  }
  void join(Versions held = {}, std::set<std::string, std::less<>> features = {}) {
    Greeting greeting;
    greeting.proxy = "pod-7";
    greeting.held = std::move(held);
    greeting.features = std::move(features);
    record.emplace(ConnectionId{1}, std::move(greeting), counts);
  }
  std::optional<Push> next() { return record->next({wanted, wanted.version(), sequence}); }
  std::string version_of(const ResourceKey& key) { return wanted.find(key)->version; }
  // Everything that is sent to the proxy now, answered as good.
  void bring_up_to_date() {
    while (const auto push = next()) EXPECT_TRUE(settle(*push).has_value());
  }
  std::optional<ApplyReport> settle(const Push& push, std::vector<Refusal> errors = {},
                                    bool rejected = false) {
    if (!record->settle({push.nonce, rejected, std::move(errors)}, wanted)) return std::nullopt;
    return record->report(wanted);
  }
  static Refusal refusal(const ResourceKey& key, std::string running = {}) {
    Refusal refusal;
    refusal.key = key;
    refusal.running_version = std::move(running);
    refusal.detail = "bad";
    return refusal;
  }
};

std::vector<std::string> names(const Push& push) {
  std::vector<std::string> list;
  for (const Upsert& upsert : push.upserts) list.push_back(upsert.resource->name);
  return list;
}

TEST_F(RecordedProxies, are_sent_what_others_need_first_and_lose_it_last) {
  const std::vector<ResourceType> order{ResourceType::Secret, ResourceType::Backend,
                                        ResourceType::Endpoints, ResourceType::Server,
                                        ResourceType::Listener};
  std::vector<Resource> all;
  for (auto type = order.rbegin(); type != order.rend(); ++type) all.push_back(mk(*type, "x"));
  want(all);
  join();
  const auto push = next();
  ASSERT_TRUE(push);
  ASSERT_EQ(push->upserts.size(), order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    EXPECT_EQ(push->upserts[i].resource->type(), order[i]);
  EXPECT_TRUE(push->full_state);
  settle(*push);
  want({});
  const auto removal = next();
  ASSERT_TRUE(removal);
  ASSERT_EQ(removal->removals.size(), order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(removal->removals[order.size() - 1 - i].type, order[i]);
  }
}

TEST_F(RecordedProxies, are_sent_only_what_differs_from_what_they_hold) {
  want({mk_server("a"), mk_server("b")});
  join({{kA, version_of(kA)}, {kB, "old"}, {{ResourceType::Server, "c"}, "gone"}});
  const auto push = next();
  ASSERT_TRUE(push);
  EXPECT_EQ(names(*push), std::vector<std::string>{"b"});
  EXPECT_EQ(push->removals, (std::vector<ResourceKey>{{ResourceType::Server, "c"}}));
  EXPECT_FALSE(push->full_state);
}

TEST_F(RecordedProxies, that_hold_everything_are_told_the_version_once) {
  want({mk_server("a")});
  join({{kA, version_of(kA)}});
  const auto push = next();
  ASSERT_TRUE(push);
  EXPECT_TRUE(push->upserts.empty());
  EXPECT_EQ(push->version, wanted.version());
  settle(*push);
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, are_sent_nothing_for_an_equal_world) {
  want({mk_server("a")});
  join();
  bring_up_to_date();
  want({mk_server("a")});
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, have_one_update_in_flight_and_later_changes_merge) {
  want({mk_server("a", "1")});
  join();
  const auto first = next();
  ASSERT_TRUE(first);
  want({mk_server("a", "2")});
  EXPECT_FALSE(next().has_value());
  want({mk_server("a", "3"), mk_server("b")});
  EXPECT_FALSE(next().has_value());
  settle(*first);
  const auto second = next();
  ASSERT_TRUE(second);
  EXPECT_EQ(names(*second), (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(first->nonce, second->nonce);
}

TEST_F(RecordedProxies, are_not_sent_a_refused_version_again_until_it_changes) {
  want({mk_server("a", "bad"), mk_server("b")});
  join();
  const auto push = next();
  const auto report = settle(*push, {refusal(kA)});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, ApplyReport::State::PartiallyActive);
  EXPECT_FALSE(next().has_value());
  want({mk_server("a", "bad"), mk_server("b", "new")});
  EXPECT_EQ(names(*next()), std::vector<std::string>{"b"});
}

TEST_F(RecordedProxies, are_sent_the_corrected_version_and_the_refusal_is_over) {
  want({mk_server("a", "bad")});
  join();
  settle(*next(), {refusal(kA)});
  want({mk_server("a", "good")});
  const auto push = next();
  ASSERT_TRUE(push);
  EXPECT_EQ(names(*push), std::vector<std::string>{"a"});
  const auto report = settle(*push);
  EXPECT_EQ(report->state, ApplyReport::State::Active);
  EXPECT_TRUE(report->refusals.empty());
}

TEST_F(RecordedProxies, that_kept_the_predecessor_are_not_sent_it_when_it_comes_back) {
  want({mk_server("a", "1")});
  join();
  bring_up_to_date();
  const std::string first = version_of(kA);
  want({mk_server("a", "2")});
  settle(*next(), {refusal(kA, first)});
  want({mk_server("a", "1")});
  const auto push = next();
  if (push) {
    EXPECT_TRUE(push->upserts.empty());
    EXPECT_TRUE(settle(*push)->refusals.empty());
  }
}

TEST_F(RecordedProxies, are_reported_with_the_objects_that_a_refused_resource_came_from) {
  want({mk_server("a", "bad")});
  join();
  const auto report = settle(*next(), {refusal(kA)});
  ASSERT_EQ(report->refusals.size(), 1U);
  EXPECT_EQ(report->proxy, "pod-7");
  EXPECT_EQ(report->version, wanted.version());
  EXPECT_EQ(report->refusals[0].version, version_of(kA));
  ASSERT_EQ(report->refusals[0].sources.size(), 1U);
  EXPECT_EQ(report->refusals[0].sources[0].name, "a");
}

TEST_F(RecordedProxies, may_correct_a_result_later) {
  want({mk_server("a"), mk_server("b")});
  join();
  const auto push = next();
  settle(*push, {refusal(kA)});
  const auto corrected = settle(*push);
  ASSERT_TRUE(corrected);
  EXPECT_EQ(corrected->state, ApplyReport::State::Active);
  const auto worse = settle(*push, {refusal(kB)});
  ASSERT_TRUE(worse);
  EXPECT_EQ(worse->refusals.size(), 1U);
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, that_reject_are_sent_the_rest_without_what_they_refused) {
  want({mk_server("a"), mk_server("b")});
  join();
  const auto report = settle(*next(), {refusal(kA)}, true);
  EXPECT_EQ(report->state, ApplyReport::State::Rejected);
  const auto rest = next();
  ASSERT_TRUE(rest);
  EXPECT_EQ(names(*rest), std::vector<std::string>{"b"});
}

TEST_F(RecordedProxies, that_reject_and_blame_nobody_are_not_asked_for_ever) {
  want({mk_server("a"), mk_server("b")});
  join({{{ResourceType::Server, "c"}, "v"}});
  const auto report = settle(*next(), {}, true);
  EXPECT_EQ(report->refusals.size(), 3U);
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, that_refuse_a_removal_are_not_asked_again_until_it_is_wanted_anew) {
  want({mk_server("a")});
  join();
  bring_up_to_date();
  const std::string held = version_of(kA);
  want({});
  settle(*next(), {refusal(kA, held)});
  EXPECT_FALSE(next().has_value());
  want({mk_server("a", "new")});
  EXPECT_EQ(names(*next()), std::vector<std::string>{"a"});
}

TEST_F(RecordedProxies, cannot_answer_for_updates_that_never_were) {
  want({mk_server("a")});
  join();
  EXPECT_FALSE(record->settle({"77", false, {}}, wanted));
  EXPECT_FALSE(record->settle({"1", false, {}}, wanted));
  const auto push = next();
  EXPECT_FALSE(record->settle({"", false, {}}, wanted));
  EXPECT_TRUE(record->in_flight());
  EXPECT_TRUE(settle(*push).has_value());
}

// ------------------------------------------------------------------ endpoints, as deltas

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
  const auto whole = next();
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->upserts.at(0).base, nullptr);
  // Now it is one.
  EXPECT_EQ(settle(*whole, {refusal(kMembers, old_version)})->refusals.size(), 1U);
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

// ------------------------------------------------------------------ features, dependencies

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

// ------------------------------------------------------------------ what is told

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
  edited.sources[0].generation = 9;
  want({edited});
  EXPECT_EQ(record->report(wanted).refusals.at(0).sources.at(0).generation, 9);
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
