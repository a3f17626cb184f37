#include "controller/publish/subscribers.h"

#include <gtest/gtest.h>

namespace postern::publish {
namespace {

using config::Resource;
using config::ResourceKey;
using config::ResourceType;

constexpr ConnectionId kProxy = 1;

// A resource of each type whose version says what it is.
Resource mk(ResourceType type, const std::string& name, const std::string& content = "a") {
  const std::vector<config::SourceRef> sources{{"MailServer", "mail", name, "uid", 1}};
  switch (type) {
    case ResourceType::Secret: return {name, {}, sources, config::TrustBundle{content}};
    case ResourceType::Backend: {
      config::Backend backend;
      backend.name = content;
      return {name, {}, sources, backend};
    }
    case ResourceType::Endpoints:
      return {name, {}, sources, config::EndpointSet{{{content, {}, {}}}}};
    case ResourceType::Server: {
      config::Server server;
      server.server_name = content;
      return {name, {}, sources, server};
    }
    case ResourceType::Listener: break;
  }
  return {name,
          {},
          sources,
          config::Listener{993, Protocol::Imap, config::ListenerTls::Implicit, {{content, {}}}}};
}

Resource mk_server(const std::string& name, const std::string& content = "a") {
  return mk(ResourceType::Server, name, content);
}

const ResourceKey kA{ResourceType::Server, "a"};
const ResourceKey kB{ResourceType::Server, "b"};

struct Bookkeeping : testing::Test {
  Subscribers subscribers;

  void want(std::vector<Resource> resources) {
    subscribers.want(stamp(std::move(resources), subscribers.wanted()).wanted, {});
  }
  std::string version_of(const ResourceKey& key) { return subscribers.wanted().at(key)->version; }
  // Everything that is sent to the proxy now, answered as good.
  void bring_up_to_date() {
    while (const auto push = subscribers.next(kProxy)) settle(*push);
  }
  std::optional<ApplyReport> settle(const Push& push, std::vector<Refusal> errors = {},
                                    bool rejected = false) {
    return subscribers.settle(kProxy, {push.nonce, rejected, std::move(errors)});
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
  for (const SharedResource& resource : push.upserts) list.push_back(resource->name);
  return list;
}

using Subscribed = Bookkeeping;

TEST_F(Subscribed, are_sent_nothing_before_anything_was_read) {
  subscribers.join(kProxy, "p", {});
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
  want({});
  EXPECT_TRUE(subscribers.next(kProxy).has_value());
}

TEST_F(Subscribed, are_sent_what_others_need_first_and_lose_it_last) {
  const std::vector<ResourceType> order{ResourceType::Secret, ResourceType::Backend,
                                        ResourceType::Endpoints, ResourceType::Server,
                                        ResourceType::Listener};
  std::vector<Resource> all;
  for (auto type = order.rbegin(); type != order.rend(); ++type) all.push_back(mk(*type, "x"));
  want(all);
  subscribers.join(kProxy, "p", {});
  const auto push = subscribers.next(kProxy);
  ASSERT_TRUE(push);
  ASSERT_EQ(push->upserts.size(), order.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(push->upserts[i]->type(), order[i]);
  EXPECT_TRUE(push->full_state);
  settle(*push);
  want({});
  const auto removal = subscribers.next(kProxy);
  ASSERT_TRUE(removal);
  ASSERT_EQ(removal->removals.size(), order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(removal->removals[order.size() - 1 - i].type, order[i]);
  }
}

TEST_F(Subscribed, are_sent_only_what_differs_from_what_they_hold) {
  want({mk_server("a"), mk_server("b")});
  subscribers.join(kProxy, "p",
                   {{kA, version_of(kA)}, {kB, "old"}, {{ResourceType::Server, "c"}, "gone"}});
  const auto push = subscribers.next(kProxy);
  ASSERT_TRUE(push);
  EXPECT_EQ(names(*push), std::vector<std::string>{"b"});
  EXPECT_EQ(push->removals, (std::vector<ResourceKey>{{ResourceType::Server, "c"}}));
  EXPECT_FALSE(push->full_state);
}

TEST_F(Subscribed, that_hold_everything_are_told_the_version_once) {
  want({mk_server("a")});
  subscribers.join(kProxy, "p", {{kA, version_of(kA)}});
  const auto push = subscribers.next(kProxy);
  ASSERT_TRUE(push);
  EXPECT_TRUE(push->upserts.empty());
  EXPECT_EQ(push->version, subscribers.version());
  settle(*push);
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
}

TEST_F(Subscribed, are_sent_nothing_for_an_equal_world) {
  want({mk_server("a")});
  subscribers.join(kProxy, "p", {});
  bring_up_to_date();
  want({mk_server("a")});
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
}

TEST_F(Subscribed, have_one_update_in_flight_and_later_changes_merge) {
  want({mk_server("a", "1")});
  subscribers.join(kProxy, "p", {});
  const auto first = subscribers.next(kProxy);
  ASSERT_TRUE(first);
  want({mk_server("a", "2")});
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
  want({mk_server("a", "3"), mk_server("b")});
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
  settle(*first);
  const auto second = subscribers.next(kProxy);
  ASSERT_TRUE(second);
  EXPECT_EQ(names(*second), (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(first->nonce, second->nonce);
}

TEST_F(Subscribed, are_not_sent_a_refused_version_again_until_it_changes) {
  want({mk_server("a", "bad"), mk_server("b")});
  subscribers.join(kProxy, "p", {});
  const auto push = subscribers.next(kProxy);
  const auto report = settle(*push, {refusal(kA)});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, ApplyReport::State::PartiallyActive);
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
  want({mk_server("a", "bad"), mk_server("b", "new")});
  EXPECT_EQ(names(*subscribers.next(kProxy)), std::vector<std::string>{"b"});
}

TEST_F(Subscribed, are_sent_the_corrected_version_and_the_refusal_is_over) {
  want({mk_server("a", "bad")});
  subscribers.join(kProxy, "p", {});
  settle(*subscribers.next(kProxy), {refusal(kA)});
  want({mk_server("a", "good")});
  const auto push = subscribers.next(kProxy);
  ASSERT_TRUE(push);
  EXPECT_EQ(names(*push), std::vector<std::string>{"a"});
  const auto report = settle(*push);
  EXPECT_EQ(report->state, ApplyReport::State::Active);
  EXPECT_TRUE(report->refusals.empty());
}

TEST_F(Subscribed, that_kept_the_predecessor_are_not_sent_it_when_it_comes_back) {
  want({mk_server("a", "1")});
  subscribers.join(kProxy, "p", {});
  bring_up_to_date();
  const std::string first = version_of(kA);
  want({mk_server("a", "2")});
  settle(*subscribers.next(kProxy), {refusal(kA, first)});
  want({mk_server("a", "1")});
  const auto push = subscribers.next(kProxy);
  if (push) {
    EXPECT_TRUE(push->upserts.empty());
    EXPECT_TRUE(settle(*push)->refusals.empty());
  }
}

TEST_F(Subscribed, are_reported_with_the_objects_that_a_refused_resource_came_from) {
  want({mk_server("a", "bad")});
  subscribers.join(kProxy, "pod-7", {});
  const auto report = settle(*subscribers.next(kProxy), {refusal(kA)});
  ASSERT_EQ(report->refusals.size(), 1U);
  EXPECT_EQ(report->proxy, "pod-7");
  EXPECT_EQ(report->version, subscribers.version());
  EXPECT_EQ(report->refusals[0].version, version_of(kA));
  ASSERT_EQ(report->refusals[0].sources.size(), 1U);
  EXPECT_EQ(report->refusals[0].sources[0].name, "a");
}

TEST_F(Subscribed, may_correct_a_result_later) {
  want({mk_server("a"), mk_server("b")});
  subscribers.join(kProxy, "p", {});
  const auto push = subscribers.next(kProxy);
  settle(*push, {refusal(kA)});
  const auto corrected = settle(*push);
  ASSERT_TRUE(corrected);
  EXPECT_EQ(corrected->state, ApplyReport::State::Active);
  const auto worse = settle(*push, {refusal(kB)});
  ASSERT_TRUE(worse);
  EXPECT_EQ(worse->refusals.size(), 1U);
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
}

TEST_F(Subscribed, that_reject_are_sent_the_rest_without_what_they_refused) {
  want({mk_server("a"), mk_server("b")});
  subscribers.join(kProxy, "p", {});
  const auto report = settle(*subscribers.next(kProxy), {refusal(kA)}, true);
  EXPECT_EQ(report->state, ApplyReport::State::Rejected);
  const auto rest = subscribers.next(kProxy);
  ASSERT_TRUE(rest);
  EXPECT_EQ(names(*rest), std::vector<std::string>{"b"});
}

TEST_F(Subscribed, that_reject_and_blame_nobody_are_not_asked_for_ever) {
  want({mk_server("a"), mk_server("b")});
  subscribers.join(kProxy, "p", {{{ResourceType::Server, "c"}, "v"}});
  const auto report = settle(*subscribers.next(kProxy), {}, true);
  EXPECT_EQ(report->refusals.size(), 3U);
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
}

TEST_F(Subscribed, that_refuse_a_removal_are_not_asked_again_until_it_is_wanted_anew) {
  want({mk_server("a")});
  subscribers.join(kProxy, "p", {});
  bring_up_to_date();
  const std::string held = version_of(kA);
  want({});
  settle(*subscribers.next(kProxy), {refusal(kA, held)});
  EXPECT_FALSE(subscribers.next(kProxy).has_value());
  want({mk_server("a", "new")});
  EXPECT_EQ(names(*subscribers.next(kProxy)), std::vector<std::string>{"a"});
}

TEST_F(Subscribed, cannot_answer_for_updates_that_never_were) {
  want({mk_server("a")});
  subscribers.join(kProxy, "p", {});
  EXPECT_FALSE(subscribers.settle(kProxy, {"77", false, {}}).has_value());
  EXPECT_FALSE(subscribers.settle(2, {"1", false, {}}).has_value());
}

TEST_F(Subscribed, are_forgotten_when_they_leave) {
  want({mk_server("a")});
  subscribers.join(kProxy, "p", {});
  settle(*subscribers.next(kProxy), {refusal(kA)});
  const auto gone = subscribers.leave(kProxy);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->state, ApplyReport::State::Gone);
  EXPECT_FALSE(subscribers.leave(kProxy).has_value());
  subscribers.join(kProxy, "p", {});
  EXPECT_EQ(names(*subscribers.next(kProxy)), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace postern::publish
