#include "controller/loop/hold_back.h"

#include <gtest/gtest.h>

namespace postern::loop {
namespace {

using namespace std::chrono_literals;
using config::ResourceKey;
using config::ResourceType;

constexpr Instant kStart{};

config::Resource server(const std::string& name, const std::string& greeting = "a") {
  config::Server body;
  body.server_name = greeting;
  return {.name = name, .version = {}, .sources = {}, .body = body};
}

Delivery with(const std::vector<config::Resource>& upserts,
              std::vector<ResourceKey> removals = {}) {
  Delivery out;
  out.publication = {.upserts = {upserts.begin(), upserts.end()}, .removals = std::move(removals)};
  return out;
}

TEST(HoldBack, the_first_delivery_and_ordinary_ones_pass_at_once) {
  HoldBack hold(5s);
  EXPECT_TRUE(hold.pass(with({server("a/a")}), 4, kStart));
  EXPECT_TRUE(hold.pass(with({server("a/b")}), 3, kStart));
  EXPECT_TRUE(hold.pass(with({}), 2, kStart)) << "half of them is not more than half";
  EXPECT_FALSE(hold.due());
}

TEST(HoldBack, a_delivery_that_takes_more_than_half_waits_its_time) {
  HoldBack hold(5s);
  ASSERT_TRUE(hold.pass(with({server("a/a")}), 4, kStart));
  EXPECT_FALSE(hold.pass(with({}, {{ResourceType::Server, "a/a"}}), 1, kStart));
  ASSERT_EQ(hold.due(), kStart + 5s);
  EXPECT_FALSE(hold.release(kStart + 4999ms));
  const auto released = hold.release(kStart + 5s);
  ASSERT_TRUE(released);
  EXPECT_EQ(released->publication.removals.size(), 1U);
  EXPECT_FALSE(hold.due());
  EXPECT_EQ(hold.listeners(), 1U);
}

TEST(HoldBack, what_comes_back_in_time_takes_the_loss_with_it) {
  HoldBack hold(5s);
  ASSERT_TRUE(hold.pass(with({server("a/a")}), 4, kStart));
  ASSERT_FALSE(hold.pass(with({}, {{ResourceType::Server, "a/a"}}), 0, kStart));
  const auto passed = hold.pass(with({server("a/a", "b")}), 4, kStart + 1s);
  ASSERT_TRUE(passed);
  EXPECT_TRUE(passed->publication.removals.empty());
  ASSERT_EQ(passed->publication.upserts.size(), 1U);
  EXPECT_FALSE(hold.due());
}

TEST(HoldBack, what_is_held_together_is_of_both_kinds) {
  using publish::kNoKind;
  using publish::kSeveralKinds;
  EXPECT_EQ(kind_of_both("Secret", "Secret"), "Secret");
  EXPECT_EQ(kind_of_both("Secret", "Service"), kSeveralKinds);
  EXPECT_EQ(kind_of_both(kSeveralKinds, "Service"), kSeveralKinds);
  EXPECT_EQ(kind_of_both(kNoKind, "Secret"), "Secret");
  EXPECT_EQ(kind_of_both("Secret", kNoKind), "Secret");
  HoldBack hold(5s);
  ASSERT_TRUE(hold.pass(with({server("a/a")}), 4, kStart));
  Delivery loss = with({}, {{ResourceType::Server, "a/a"}});
  loss.publication.kind = "MailServer";
  ASSERT_FALSE(hold.pass(std::move(loss), 0, kStart));
  Delivery rest = with({server("a/a", "b")});
  rest.publication.kind = "Secret";
  const auto passed = hold.pass(std::move(rest), 4, kStart + 1s);
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->publication.kind, kSeveralKinds);
}

TEST(HoldBack, more_losses_do_not_make_it_wait_longer) {
  HoldBack hold(5s);
  ASSERT_TRUE(hold.pass(with({}), 10, kStart));
  ASSERT_FALSE(hold.pass(with({}, {{ResourceType::Server, "a/a"}}), 4, kStart));
  ASSERT_FALSE(hold.pass(with({}, {{ResourceType::Server, "a/b"}}), 3, kStart + 4s));
  EXPECT_EQ(hold.due(), kStart + 5s);
  EXPECT_EQ(hold.release(kStart + 5s)->publication.removals.size(), 2U);
}

TEST(HoldBack, of_two_deliveries_the_later_word_counts) {
  Delivery all =
      with({server("a/a", "one"), server("a/b", "one")}, {{ResourceType::Server, "a/c"}});
  merge(all, with({server("a/c", "two"), server("a/a", "two")}, {{ResourceType::Server, "a/b"}}));
  ASSERT_EQ(all.publication.upserts.size(), 2U);
  EXPECT_EQ(all.publication.upserts[0]->as<config::Server>()->server_name, "two");
  EXPECT_EQ(all.publication.upserts[1]->name, "a/c");
  EXPECT_EQ(all.publication.removals, (std::vector<ResourceKey>{{ResourceType::Server, "a/b"}}));
}

build::Verdict verdict_of(const std::string& name, std::int64_t generation) {
  build::Verdict out;
  out.server = {"MailServer", "m", name};
  out.generation = generation;
  return out;
}

TEST(HoldBack, verdicts_are_merged_by_mail_server) {
  Delivery all;
  all.round.verdicts = {verdict_of("a", 1), verdict_of("b", 1)};
  Delivery later;
  later.round.verdicts = {verdict_of("a", 2)};
  later.round.gone = {{"MailServer", "m", "b"}};
  all.round.mail_class = ClassFound{"old", "", 1, ""};
  later.round.mail_class = ClassFound{"new", "", 1, ""};
  merge(all, std::move(later));
  EXPECT_EQ(all.round.mail_class->name, "new");
  ASSERT_EQ(all.round.verdicts.size(), 1U);
  EXPECT_EQ(all.round.verdicts[0].generation, 2);
  EXPECT_EQ(all.round.gone.size(), 1U);
}

}  // namespace
}  // namespace postern::loop
