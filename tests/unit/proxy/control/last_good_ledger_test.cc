#include "proxy/control/last_good_ledger.h"

#include <gtest/gtest.h>

#include "tests/support/kept_lines.h"
#include "tests/support/manual_clock.h"
#include "tests/support/stream_words.h"
#include "tests/support/temporary_folder.h"

namespace postern::control {
namespace {

using adopt::LastKnownGood;
using adopt::Restored;
using config::ResourceKey;
using config::ResourceType;
using test::mk_server_resource;

std::shared_ptr<const config::Resource> share(config::Resource resource) {
  return std::make_shared<const config::Resource>(std::move(resource));
}

class LastGood : public testing::Test {
 protected:
  void SetUp() override { begin(); }

  void begin() {
    auto file = LastKnownGood::open({state_, LastKnownGood::Medium::Disk, {}}, log_);
    ASSERT_TRUE(file);
    file_ = std::move(*file);
    ledger_ = std::make_unique<LastGoodLedger>(*file_, log_, KeepingPace{});
  }
  // The process ends without a word, and another one starts.
  std::optional<Restored> crash() {
    ledger_.reset();
    file_.reset();
    begin();
    return file_->restore();
  }
  void note(const std::string& version, const std::string& content = "x") {
    ledger_->note({version, {}, {share(mk_server_resource("a", content))}});
  }
  // Does all that is due within this time, when it is due.
  int pass(Duration time) {
    const Instant end = clock_.now() + time;
    int written = 0;
    for (auto due = ledger_->due(); due && *due <= end; due = ledger_->due()) {
      if (*due > clock_.now()) {
        clock_.pass(std::chrono::ceil<Duration>(*due - clock_.now()));
      }
      if (ledger_->act(clock_.now())) ++written;
    }
    clock_.pass(std::chrono::ceil<Duration>(end - clock_.now()));
    return written;
  }

  test::TemporaryFolder folder_;
  const std::string state_ = folder_ / "state";
  test::KeptLines log_;
  test::ManualClock clock_;
  std::unique_ptr<LastKnownGood> file_;
  std::unique_ptr<LastGoodLedger> ledger_;
};

TEST_F(LastGood, is_written_at_once_and_proven_half_a_minute_later) {
  EXPECT_FALSE(ledger_->due());
  note("1");
  EXPECT_EQ(pass(Duration(0)), 1);
  EXPECT_EQ(pass(Duration(29'999)), 0);
  auto restored = crash();
  ASSERT_TRUE(restored);
  EXPECT_FALSE(restored->is_proven);

  note("2");
  EXPECT_EQ(pass(Duration(30'000)), 1);
  EXPECT_FALSE(ledger_->due());
  restored = crash();
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->is_proven);
  EXPECT_EQ(restored->config.version, "2");
  EXPECT_EQ(restored->config.resources.size(), 1U);
}

TEST_F(LastGood, is_written_at_most_each_five_seconds) {
  int written = 0;
  for (int i = 0; i < 100; ++i) {
    note(std::to_string(i), std::to_string(i));
    written += pass(Duration(100));
  }
  EXPECT_EQ(written, 3);  // at 0, 5 and 10 s
  EXPECT_EQ(pass(Duration(29'000)), 0);
}

TEST_F(LastGood, is_not_written_when_nothing_changed) {
  note("1");
  EXPECT_EQ(pass(Duration(60'000)), 1);
  note("1");
  EXPECT_EQ(pass(Duration(60'000)), 0);
  note("1", "other");
  EXPECT_EQ(pass(Duration(60'000)), 1);
  ledger_->note({"1", {{"mailservers", 5}}, {}});
  EXPECT_EQ(pass(Duration(60'000)), 1);
  ledger_->note({"1", {{"mailservers", 5}}, {}, {{ResourceType::Server, "never there"}}});
  EXPECT_EQ(pass(Duration(60'000)), 0);
}

TEST_F(LastGood, forgets_what_is_gone) {
  note("1");
  ledger_->note({"2", {}, {}, {{ResourceType::Server, "a"}}});
  pass(Duration(30'000));
  const auto restored = crash();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->config.version, "2");
  EXPECT_TRUE(restored->config.resources.empty());
}

TEST_F(LastGood, falls_back_at_most_a_minute_under_steady_change) {
  for (int second = 1; second <= 150; ++second) {
    note(std::to_string(second), std::to_string(second));
    pass(Duration(1'000));
  }
  const auto restored = crash();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->from, Restored::From::Previous);
  EXPECT_TRUE(restored->is_proven);
  EXPECT_GE(std::stoi(restored->config.version), 90);
  EXPECT_LE(std::stoi(restored->config.version), 120);
}

TEST_F(LastGood, falls_back_to_what_was_before_a_poisonous_change) {
  note("good");
  pass(Duration(60'000));
  note("poison", "poison");
  pass(Duration(5'000));
  const auto restored = crash();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->config.version, "good");
}

TEST_F(LastGood, leaves_the_poison_unproven_while_it_serves_the_one_before) {
  note("good");
  pass(Duration(60'000));
  note("poison", "poison");
  pass(Duration(5'000));
  for (int start = 0; start < 3; ++start) {
    auto restored = crash();
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->config.version, "good");
    ledger_->begin({"good", {}, {}}, restored->from, restored->is_proven, clock_.now());
    EXPECT_EQ(pass(Duration(60'000)), 0);
    EXPECT_FALSE(ledger_->finish(clock_.now()));
  }
}

TEST_F(LastGood, proves_an_unproven_one_that_serves_after_a_restart) {
  note("first");
  pass(Duration(5'000));
  auto restored = crash();
  ASSERT_TRUE(restored);
  ledger_->begin({"first", {}, {}}, restored->from, restored->is_proven, clock_.now());
  EXPECT_EQ(pass(Duration(30'000)), 0);
  restored = crash();
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->is_proven);
}

TEST_F(LastGood, is_whole_and_proven_after_a_clean_stop) {
  note("1");
  pass(Duration(0));
  note("2", "two");
  EXPECT_TRUE(ledger_->finish(clock_.now()));
  const auto restored = crash();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->config.version, "2");
  EXPECT_TRUE(restored->is_proven);
}

TEST_F(LastGood, is_tried_again_after_a_write_that_failed_with_one_line) {
  std::filesystem::rename(state_, folder_ / "away");
  std::filesystem::remove_all(folder_ / "away");
  note("1");
  EXPECT_EQ(pass(Duration(29'000)), 0);
  EXPECT_EQ(ledger_->failures(), 1U);
  EXPECT_EQ(pass(Duration(31'000)), 0);
  EXPECT_EQ(ledger_->failures(), 3U);
  EXPECT_EQ(log_.count("cannot be written"), 1U);
  EXPECT_FALSE(ledger_->finish(clock_.now()));
}

TEST(ConfigChangeTest, has_the_later_of_two_after_a_merge) {
  const auto a = share(mk_server_resource("a", "1"));
  const auto newer = share(mk_server_resource("a", "2"));
  const ResourceKey key_a{ResourceType::Server, "a"};
  const ResourceKey key_b{ResourceType::Server, "b"};
  ConfigChange change{"1", {{"x", 1}}, {a, share(mk_server_resource("b", "1"))}};
  change.merge({"2", {}, {newer}, {key_b}});
  EXPECT_EQ(change.version, "2");
  EXPECT_TRUE(change.revision.empty());
  ASSERT_EQ(change.resources.size(), 1U);
  EXPECT_EQ(*change.resources.begin(), newer);
  EXPECT_EQ(change.gone, std::set{key_b});
  change.merge({"3", {}, {}, {key_a}});
  EXPECT_TRUE(change.resources.empty());
  change.put(key_a, a);
  EXPECT_EQ(change.gone, std::set{key_b});
  EXPECT_EQ(*change.resources.begin(), a);
}

}  // namespace
}  // namespace postern::control
