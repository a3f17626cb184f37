#include "tests/unit/controller/publish/recorded_proxies.h"

namespace postern::publish {
namespace {

TEST_F(RecordedProxies, are_sent_what_others_need_first_and_lose_it_last) {
  const std::vector<ResourceType> order{
      ResourceType::Secret,   ResourceType::Backend,  ResourceType::Endpoints,
      ResourceType::Table,    ResourceType::Provider, ResourceType::Server,
      ResourceType::Listener, ResourceType::Class,    ResourceType::TicketKeys};
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

// Else they would try the newer one again one day.
TEST_F(RecordedProxies, that_kept_the_predecessor_are_sent_it_when_it_comes_back) {
  want({mk_server("a", "1")});
  join();
  bring_up_to_date();
  const std::string first = version_of(kA);
  want({mk_server("a", "2")});
  settle(*next(), {refusal(kA, first)});
  want({mk_server("a", "1")});
  const auto push = next();
  ASSERT_TRUE(push);
  EXPECT_EQ(names(*push), std::vector<std::string>{"a"});
  EXPECT_TRUE(settle(*push)->refusals.empty());
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, are_told_that_what_they_refused_is_wanted_no_more) {
  want({mk_server("a", "bad"), mk_server("b")});
  join();
  settle(*next(), {refusal(kA)});
  want({mk_server("b")});
  const auto push = next();
  ASSERT_TRUE(push);
  EXPECT_EQ(push->removals, std::vector<ResourceKey>{kA});
  const auto report = settle(*push);
  EXPECT_EQ(report->state, ApplyReport::State::Active);
  EXPECT_TRUE(report->refusals.empty());
  EXPECT_FALSE(next().has_value());
}

TEST_F(RecordedProxies, are_told_so_again_when_they_rejected_the_update_for_something_else) {
  want({mk_server("a", "bad")});
  join();
  settle(*next(), {refusal(kA)});
  want({mk_server("b", "bad")});
  settle(*next(), {refusal(kB)}, true);
  EXPECT_EQ(next()->removals, std::vector<ResourceKey>{kA});
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

}  // namespace
}  // namespace postern::publish
