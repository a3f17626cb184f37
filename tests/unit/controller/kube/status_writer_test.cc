#include "controller/kube/status_writer.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/kept_lines.h"
#include "tests/support/shown_metrics.h"
#include "tests/support/turned_agenda.h"
#include "tests/unit/controller/kube/answering_transport.h"

namespace postern::kube {
namespace {

using namespace std::chrono_literals;

std::string body(const std::string& status) {
  return R"({"kind":"MailServer","metadata":{"name":"a"},"status":)" + status + "}";
}

class StatusWriterTest : public testing::Test {
 protected:
  void SetUp() override { writer_.open(); }

  StatusWrite write(const std::string& name, const std::string& status,
                    Rank rank = Rank::Changed) const {
    return {.key = name, .target = "/" + name, .body = body(status), .rank = rank};
  }
  [[nodiscard]] std::uint64_t count(const char* result) {
    return metrics_.counter("postern_status_writes_total", "", {{"result", result}}).value();
  }
  static StatusTerms terms() {
    StatusTerms out;
    out.essence.ignored = {"lastTransitionTime"};
    out.essence.slow = {"proxies"};
    return out;
  }

  test::ManualClock clock_;
  test::TurnedAgenda agenda_{clock_};
  AnsweringTransport api_;
  Metrics metrics_;
  test::KeptLines log_;
  bool may_write_ = true;
  StatusWriter writer_{{api_, agenda_, clock_, log_, metrics_, [this] { return may_write_; }},
                       terms()};
};

TEST_F(StatusWriterTest, applies_on_the_server) {
  writer_.put(write("a", R"({"x":1})"));
  ASSERT_EQ(api_.first_line(), "PATCH /a");
  EXPECT_EQ(api_.first().content_type, "application/apply-patch+yaml");
  EXPECT_EQ(api_.first().body, body(R"({"x":1})"));
  api_.answer(200);
  EXPECT_EQ(count("written"), 1U);
  EXPECT_TRUE(writer_.idle());
}

TEST_F(StatusWriterTest, writes_nothing_that_differs_in_times_alone) {
  writer_.put(write("a", R"({"x":1,"lastTransitionTime":"then"})"));
  api_.answer(200);
  writer_.put(write("a", R"({"lastTransitionTime":"now","x":1})"));
  EXPECT_EQ(api_.waiting(), 0U);
  EXPECT_EQ(count("noop"), 1U);
}

TEST_F(StatusWriterTest, writes_nothing_that_stands_there_already) {
  writer_.remember("a", R"({"status":{"y":[{"b":2,"a":1}],"x":1},"metadata":{}})");
  writer_.put(write("a", R"({"x":1,"y":[{"a":1,"b":2}]})"));
  EXPECT_EQ(api_.waiting(), 0U);
}

TEST_F(StatusWriterTest, writes_counts_of_proxies_with_the_next_write_or_after_a_minute) {
  writer_.put(write("a", R"({"x":1,"proxies":{"attached":1}})"));
  api_.answer(200);
  writer_.put(write("a", R"({"x":1,"proxies":{"attached":2}})"));
  agenda_.pass(59s);
  EXPECT_EQ(api_.waiting(), 0U);
  agenda_.pass(1s);
  ASSERT_EQ(api_.waiting(), 1U);
  api_.answer(200);
  writer_.put(write("a", R"({"x":1,"proxies":{"attached":3}})"));
  writer_.put(write("a", R"({"x":1,"proxies":{"attached":2}})"));
  agenda_.pass(120s);
  EXPECT_EQ(api_.waiting(), 0U) << "it came back to what is written";
}

TEST_F(StatusWriterTest, newest_replaces_what_waits) {
  writer_.put(write("a", R"({"x":1})"));
  writer_.put(write("a", R"({"x":2})"));
  writer_.put(write("a", R"({"x":3})"));
  ASSERT_EQ(api_.waiting(), 1U) << "never two of one object";
  api_.answer(200);
  ASSERT_EQ(api_.waiting(), 1U);
  EXPECT_EQ(api_.first().body, body(R"({"x":3})"));
  api_.answer(200);
  EXPECT_EQ(count("written"), 2U);
}

TEST_F(StatusWriterTest, eight_are_under_way_and_changed_objects_go_first) {
  for (int i = 0; i < 10; ++i) {
    writer_.put(write("r" + std::to_string(i), R"({"x":1})", Rank::Refresh));
  }
  writer_.put(write("changed", R"({"x":1})", Rank::Changed));
  ASSERT_EQ(api_.waiting(), 8U);
  api_.answer(200);
  ASSERT_EQ(api_.waiting(), 8U);
  EXPECT_EQ(api_.asked.back().request.target, "/changed");
}

TEST_F(StatusWriterTest, object_keeps_its_place_when_there_is_something_newer_to_say) {
  for (int i = 0; i < 10; ++i) {
    writer_.put(write("r" + std::to_string(i), R"({"x":1})", Rank::Refresh));
  }
  writer_.put(write("changed", R"({"x":1})", Rank::Changed));
  writer_.put(write("later", R"({"x":1})", Rank::Changed));
  writer_.put(write("changed", R"({"x":2})", Rank::Refresh));
  api_.answer(200);
  EXPECT_EQ(api_.asked.back().request.target, "/changed");
  EXPECT_EQ(api_.asked.back().request.body, body(R"({"x":2})"));
}

TEST_F(StatusWriterTest, newer_one_is_as_urgent_as_the_one_that_failed) {
  writer_.put(write("changed", R"({"x":1})", Rank::Changed));
  writer_.put(write("changed", R"({"x":2})", Rank::Refresh));
  api_.answer(503);
  for (int i = 0; i < 10; ++i) {
    writer_.put(write("r" + std::to_string(i), R"({"x":1})", Rank::Refresh));
  }
  agenda_.pass(1s);
  api_.answer(200);
  EXPECT_EQ(api_.asked.back().request.target, "/changed");
}

TEST_F(StatusWriterTest, sends_nothing_while_it_may_not) {
  writer_.put(write("a", R"({"x":1})"));
  writer_.put(write("a", R"({"x":2})"));
  may_write_ = false;
  clock_.pass(20s);
  api_.answer(200);
  agenda_.pass(1s);
  EXPECT_EQ(api_.waiting(), 0U);
  may_write_ = true;
  agenda_.pass(1s);
  EXPECT_EQ(api_.waiting(), 1U);
}

TEST_F(StatusWriterTest, sends_two_hundred_a_second_at_most) {
  std::size_t sent = 0;
  for (int i = 0; i < 1000; ++i) writer_.put(write("o" + std::to_string(i), R"({"x":1})"));
  for (int ms = 0; ms < 2000; ms += 5) {
    while (api_.waiting() > 0) {
      api_.answer(200);
      ++sent;
    }
    agenda_.pass(5ms);
  }
  EXPECT_GE(sent, 300U);
  EXPECT_LE(sent, 440U);
}

TEST_F(StatusWriterTest, object_that_is_gone_or_another_one_is_dropped) {
  writer_.put(write("a", R"({"x":1})"));
  api_.answer(404);
  writer_.put(write("b", R"({"x":1})"));
  api_.answer(409,
              R"({"kind":"Status","message":"… \"b\": uid mismatch: the object has another"})");
  writer_.put(write("c", R"({"x":1})"));
  api_.answer(409, R"({"kind":"Status","message":"Precondition failed: UID in precondition: u1"})");
  agenda_.pass(300s);
  EXPECT_EQ(api_.waiting(), 0U);
  EXPECT_EQ(count("gone"), 3U);
  writer_.put(write("a", R"({"x":2})"));
  EXPECT_EQ(api_.waiting(), 1U) << "it may have come back";
}

TEST_F(StatusWriterTest, conflict_of_too_many_who_wrote_at_once_passes) {
  writer_.put(write("a", R"({"x":1})"));
  api_.answer(409, R"({"reason":"Conflict","message":"the object has been modified"})");
  EXPECT_EQ(count("gone"), 0U);
  agenda_.pass(1s);
  ASSERT_EQ(api_.first_line(), "PATCH /a");
  api_.answer(200);
  EXPECT_EQ(count("written"), 1U);
}

TEST_F(StatusWriterTest, conflict_of_a_squid_is_not_one_of_uids) {
  writer_.put(write("squid-mail", R"({"x":1})"));
  api_.answer(409,
              R"({"kind":"Status","reason":"Conflict","details":{"name":"squid-mail"},"message":)"
              R"("Operation cannot be fulfilled on mailservers.postern.dev \"squid-mail\": )"
              R"(the object has been modified"})");
  EXPECT_EQ(count("gone"), 0U);
  agenda_.pass(1s);
  EXPECT_EQ(api_.first_line(), "PATCH /squid-mail");
}

TEST_F(StatusWriterTest, what_the_server_finds_wrong_is_not_sent_again_until_it_differs) {
  writer_.put(write("a", R"({"x":1})"));
  api_.answer(422, R"({"message":"status.x: must be a word"})");
  agenda_.pass(300s);
  EXPECT_EQ(api_.waiting(), 0U);
  EXPECT_EQ(count("error"), 1U);
  writer_.put(write("a", R"({"x":1})"));
  EXPECT_EQ(api_.waiting(), 0U);
  writer_.put(write("a", R"({"x":"a"})"));
  EXPECT_EQ(api_.waiting(), 1U);
}

TEST_F(StatusWriterTest, server_that_has_too_much_to_do_is_asked_again_when_it_says) {
  writer_.put(write("a", R"({"x":1})"));
  api_.answer(429, {}, 7s);
  agenda_.pass(6s);
  EXPECT_EQ(api_.waiting(), 0U);
  agenda_.pass(1s);
  ASSERT_EQ(api_.waiting(), 1U);
  api_.break_off();
  writer_.put(write("a", R"({"x":2})"));
  EXPECT_EQ(api_.waiting(), 0U) << "a newer one does not press it either";
  agenda_.pass(2s);
  ASSERT_EQ(api_.waiting(), 1U);
  EXPECT_EQ(api_.first().body, body(R"({"x":2})"));
  api_.answer(500);
  agenda_.pass(4s);
  api_.answer(200);
  EXPECT_EQ(count("written"), 1U);
  EXPECT_EQ(count("error"), 3U);
}

// What nobody answered for may stand there all the same.
TEST_F(StatusWriterTest, going_back_to_what_stood_before_a_write_without_an_answer_is_written) {
  for (const bool is_cut : {true, false}) {
    writer_.put(write("a", R"({"x":1})"));
    api_.answer(200);
    writer_.put(write("a", R"({"x":2})"));
    if (is_cut) writer_.put(write("a", R"({"x":1})"));
    is_cut ? api_.break_off() : api_.answer(500);
    if (!is_cut) writer_.put(write("a", R"({"x":1})"));
    agenda_.pass(60s);
    ASSERT_EQ(api_.waiting(), 1U);
    EXPECT_EQ(api_.first().body, body(R"({"x":1})"));
    api_.answer(200);
    writer_.forget("a");
  }
}

TEST_F(StatusWriterTest, rights_may_come_back) {
  writer_.put(write("a", R"({"x":1})"));
  api_.answer(403, R"({"message":"forbidden"})");
  agenda_.pass(1s);
  ASSERT_EQ(api_.waiting(), 1U);
  api_.answer(200);
  EXPECT_EQ(count("written"), 1U);
}

TEST_F(StatusWriterTest, lasting_refusal_is_told_once_whatever_went_before) {
  writer_.put(write("a", R"({"x":1})"));
  api_.answer(500);
  for (int i = 0; i < 3; ++i) {
    agenda_.pass(60s);
    api_.answer(403, R"({"message":"forbidden"})");
  }
  EXPECT_EQ(log_.count("refuses a status"), 1U);
  agenda_.pass(60s);
  api_.answer(200);
  writer_.put(write("a", R"({"x":2})"));
  api_.answer(403, R"({"message":"forbidden"})");
  EXPECT_EQ(log_.count("refuses a status"), 2U);
}

TEST_F(StatusWriterTest, closed_it_sends_nothing_and_remembers_nothing) {
  writer_.put(write("a", R"({"x":1})"));
  writer_.close();
  writer_.put(write("b", R"({"x":1})"));
  ASSERT_EQ(api_.waiting(), 1U) << "what was under way";
  writer_.open();
  api_.answer(200);
  EXPECT_EQ(count("written"), 0U) << "of an earlier term";
  writer_.put(write("a", R"({"x":1})"));
  EXPECT_EQ(api_.waiting(), 1U);
}

TEST_F(StatusWriterTest, what_was_forgotten_and_came_again_is_another) {
  writer_.put(write("a", R"({"x":1})"));
  writer_.forget("a");
  writer_.put(write("a", R"({"x":1})"));
  ASSERT_EQ(api_.waiting(), 2U);
  api_.answer(500);
  api_.answer(200);
  agenda_.pass(60s);
  EXPECT_TRUE(writer_.idle());
  EXPECT_EQ(api_.waiting(), 0U);
}

}  // namespace
}  // namespace postern::kube
