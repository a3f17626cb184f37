#include <gtest/gtest.h>

#include "tests/unit/controller/status/booked.h"

namespace postern::status {
namespace {

using namespace std::chrono_literals;
using Servers = std::set<model::ObjectKey>;

class StatusBookHoldTest : public StatusBookTest {
 protected:
  static Servers none() { return {}; }
  static Servers server() { return {kServer}; }
  // As the status of a MailServer that was served, of generation 1.
  static MailServerStatus written() {
    MailServerStatus out;
    out.key = kServer;
    out.generation = 1;
    out.conditions = {{"Programmed", Truth::True, "Programmed", "", 1, WallTime{}}};
    return out;
  }
  WallTime since(std::string_view type) { return book_.status(kServer)->condition(type)->since; }
};

TEST_F(StatusBookHoldTest, what_proxies_have_yet_to_answer_for_is_held_for_a_moment) {
  learn(verdict(), 1);
  book_.hear(report(1, 1));
  EXPECT_EQ(told(), server());
  learn(verdict(2), 2);
  EXPECT_EQ(told(), none());
  EXPECT_TRUE(book_.holds_any());
  EXPECT_EQ(book_.due(), clock_.now() + 800ms);
  clock_.pass(500ms);
  learn(verdict(3), 3);
  EXPECT_EQ(told(), none());
  clock_.pass(300ms);
  EXPECT_EQ(told(), server()) << "it is not put off by the next change";
  EXPECT_EQ(reason("Programmed"), "False Pending");
  EXPECT_FALSE(book_.holds_any());
  EXPECT_GT(book_.due(), clock_.now() + 30s);
  book_.hear(report(1, 3));
  EXPECT_EQ(told(), server());
}

TEST_F(StatusBookHoldTest, what_is_programmed_again_within_a_moment_was_so_all_the_time) {
  learn(verdict(), 1);
  book_.hear(report(1, 1));
  EXPECT_EQ(told(), server());
  const WallTime first = since("Programmed");
  clock_.pass(60s);
  learn(verdict(2), 2);
  EXPECT_EQ(told(), none());
  clock_.pass(5ms);
  book_.hear(report(1, 2));
  EXPECT_EQ(told(), server());
  EXPECT_EQ(since("Programmed"), first);
  EXPECT_EQ(since("Ready"), first);
}

TEST_F(StatusBookHoldTest, what_nobody_is_there_to_answer_for_is_told_at_once) {
  learn(verdict(), 1);
  EXPECT_EQ(told(), server());
  EXPECT_EQ(reason("Programmed"), "False NoProxies");
}

TEST_F(StatusBookHoldTest, what_goes_while_it_is_held_is_told) {
  book_.hear(report(1, 0));
  learn(verdict(), 1);
  EXPECT_EQ(told(), none());
  Lesson lesson;
  lesson.gone = {kServer};
  book_.learn(std::move(lesson));
  EXPECT_EQ(told(), server());
  EXPECT_FALSE(book_.holds_any());
}

TEST_F(StatusBookHoldTest, proxies_that_were_elsewhere_have_a_while_to_come_back) {
  book_.look_at_clock();
  learn(verdict(), 1);
  (void)told();
  book_.remember(written());
  learn(verdict(), 2);
  EXPECT_EQ(told(), none());
  EXPECT_EQ(book_.due(), clock_.now() + 30s);
  clock_.pass(20s);
  book_.hear(report(1, 0));
  EXPECT_EQ(told(), none());
  clock_.pass(2s);
  EXPECT_EQ(told(), none()) << "it has come and not answered yet";
  book_.hear(report(1, 2));
  EXPECT_EQ(told(), server());
  EXPECT_EQ(since("Programmed"), WallTime{});
}

TEST_F(StatusBookHoldTest, proxies_that_do_not_come_back_are_told_to_be_away) {
  learn(verdict(), 1);
  (void)told();
  book_.remember(written());
  learn(verdict(), 2);
  EXPECT_EQ(told(), none());
  clock_.pass(30s);
  EXPECT_EQ(told(), server());
  EXPECT_EQ(reason("Programmed"), "False NoProxies");
}

TEST_F(StatusBookHoldTest, proxy_that_goes_after_it_has_come_back_is_missed_at_once) {
  learn(verdict(), 1);
  book_.remember(written());
  book_.hear(report(1, 1));
  EXPECT_EQ(told(), server());
  ApplyReport gone = report(1, 1);
  gone.state = ApplyReport::State::Gone;
  book_.hear(gone);
  EXPECT_EQ(told(), server());
}

TEST_F(StatusBookHoldTest, what_changed_since_it_was_written_is_told_without_proxies_too) {
  learn(verdict(), 1);
  (void)told();
  book_.remember(written());
  learn(verdict(2), 2);
  EXPECT_EQ(told(), server()) << "another generation";
  build::Verdict anew = verdict();
  anew.uid = "b";
  learn(anew, 3);
  EXPECT_EQ(told(), server()) << "another object";
  MailServerStatus empty = written();
  empty.uid = "b";
  empty.conditions.clear();
  book_.remember(empty);
  learn(anew, 4);
  EXPECT_EQ(told(), server()) << "nothing was told of it before";
}

TEST_F(StatusBookHoldTest, the_class_is_told_once_in_a_moment) {
  EXPECT_FALSE(book_.class_to_tell()) << "there is none";
  learn_class({"postern", "u1", 3, "postern"}, 1);
  book_.hear(report(1, 1));
  EXPECT_FALSE(book_.class_to_tell());
  EXPECT_EQ(book_.due(), clock_.now() + 800ms);
  clock_.pass(500ms);
  EXPECT_FALSE(book_.class_to_tell());
  clock_.pass(300ms);
  EXPECT_TRUE(book_.class_to_tell());
  EXPECT_GT(book_.due(), clock_.now() + 30s);
}

TEST_F(StatusBookHoldTest, a_class_that_goes_while_it_is_held_is_waited_for_no_more) {
  learn_class({"postern", "u1", 3, "postern"}, 1);
  EXPECT_FALSE(book_.class_to_tell());
  Lesson without;
  without.published = {"v2", 2};
  book_.learn(std::move(without));
  book_.look_at_clock();
  EXPECT_FALSE(book_.class_to_tell());
  EXPECT_GT(book_.due(), clock_.now() + 30s) << "or the desk turns in circles";
}

TEST_F(StatusBookHoldTest, the_class_stands_too_while_proxies_may_come_back) {
  learn_class({"postern", "u1", 1, "postern"}, 1);
  MailServerStatus of_class = written();
  of_class.key = {"MailClass", {}, "postern"};
  of_class.uid = "u1";
  book_.remember(of_class);
  EXPECT_FALSE(book_.class_to_tell());
  clock_.pass(20s);
  EXPECT_FALSE(book_.class_to_tell());
  book_.hear(report(1, 1));
  EXPECT_FALSE(book_.class_to_tell());
  clock_.pass(800ms);
  const auto status = book_.class_to_tell();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->conditions.at(2).since, WallTime{});
}

}  // namespace
}  // namespace postern::status
