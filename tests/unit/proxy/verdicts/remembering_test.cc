// What is kept of a provider's answers, for how long, and who is given it (mechanisms: Cache).
#include "proxy/verdicts/remembering.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/manual_clock.h"
#include "tests/support/shown_metrics.h"
#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/verdicts/mk.h"

namespace postern::verdicts {
namespace {

using policy::Accept;
using policy::AskAgain;
using policy::Refuse;
using policy::RequestId;
using policy::Unavailable;
using std::chrono::seconds;
using test::mk_provider;
using test::mk_question;

// Two workers of one proxy: a loop, an asker and what it remembers for each; one table.
struct Side {
  Side(VerdictTable& table, const Clock& clock, Metrics& metrics)
      : remembering({table, service, loop, clock, metrics}) {}
  session::test::FakeAsker service;
  net::Loop loop;
  Remembering remembering;
};

class Remember : public ::testing::Test {
 protected:
  RequestId ask(policy::Question question, Side* side = nullptr) {
    Side& here = side != nullptr ? *side : one_;
    const std::string name = question.user;
    const RequestId id = here.remembering.ask(
        std::move(question), nullptr, [this, name](policy::Answer answer) { tell(name, answer); });
    settle(here);
    return id;
  }
  RequestId ask(const std::string& user = "alice", const std::string& password = "secret") {
    return ask(mk_question(provider_, user, password));
  }
  void settle(Side& side) {
    for (int i = 0; i < 3; ++i) {
      (void)side.loop.wait(Duration{0});
      side.loop.run_posted();
    }
  }
  void tell(const std::string& name, const policy::Answer& answer) {
    std::string out = "unavailable";
    if (const auto* yes = std::get_if<Accept>(&answer)) {
      out = "accept " + yes->user;
      if (yes->password) out += " " + std::string(yes->password->reveal());
      for (const auto& [key, value] : yes->attributes) out += " " + key + "=" + value;
    } else if (const auto* no = std::get_if<Refuse>(&answer)) {
      out = "refuse " + no->text;
    } else if (std::holds_alternative<AskAgain>(answer)) {
      out = "again";
    }
    told_[name].push_back(out);
  }
  // Asks, has the service answer if it is asked, and says what became of it: "… (asked)".
  std::string login(policy::Answer answer, const std::string& user = "alice",
                    const std::string& password = "secret") {
    const std::size_t before = one_.service.open();
    ask(user, password);
    const bool asked = one_.service.open() > before;
    if (asked) one_.service.answer(std::move(answer));
    return told_[user].back() + (asked ? " (asked)" : "");
  }
  std::uint64_t counted(const char* result) {
    return static_cast<std::uint64_t>(
        postern::test::counted(metrics_, "postern_auth_cache_lookups_total", {{"result", result}}));
  }

  config::Provider provider_ = mk_provider();
  postern::test::ManualClock clock_;
  Metrics metrics_;
  VerdictTable table_;
  Side one_{table_, clock_, metrics_};
  Side two_{table_, clock_, metrics_};
  std::map<std::string, std::vector<std::string>> told_;
};

Accept yes(const std::string& user, const std::string& password = "") {
  Accept out;
  out.user = user;
  if (!password.empty()) out.password = Secret(password);
  return out;
}

TEST_F(Remember, an_acceptance_is_kept_for_its_time) {
  EXPECT_EQ(login(yes("a1")), "accept a1 (asked)");
  EXPECT_EQ(login(yes("a2")), "accept a1");
  clock_.pass(seconds(300) - Duration{1});
  EXPECT_EQ(login(yes("a2")), "accept a1");
  clock_.pass(Duration{1});
  EXPECT_EQ(login(yes("a2")), "accept a2 (asked)");
  EXPECT_EQ(counted("hit"), 2U);
  EXPECT_EQ(counted("miss"), 2U);
}

TEST_F(Remember, a_refusal_is_kept_for_its_own_time_and_for_that_password_only) {
  EXPECT_EQ(login(Refuse{.text = "no"}, "alice", "wrong"), "refuse no (asked)");
  EXPECT_EQ(login(yes(""), "alice", "wrong"), "refuse no");
  EXPECT_EQ(login(yes(""), "alice", "right"), "accept  (asked)");
  clock_.pass(seconds(10));
  EXPECT_EQ(login(yes("now"), "alice", "wrong"), "accept now (asked)");
}

TEST_F(Remember, an_unknown_user_is_asked_about_each_time) {
  EXPECT_EQ(login(Refuse{.unknown_user = true}), "refuse  (asked)");
  EXPECT_EQ(login(yes("made")), "accept made (asked)");
}

TEST_F(Remember, what_has_no_time_is_not_kept) {
  provider_.cache->accepted = seconds(0);
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
  EXPECT_EQ(login(yes("b")), "accept b (asked)");
  provider_.cache->rejected = seconds(0);
  EXPECT_EQ(login(Refuse{}), "refuse  (asked)");
  EXPECT_EQ(login(Refuse{}), "refuse  (asked)");
  EXPECT_EQ(table_.entries(), 0U);
}

TEST_F(Remember, without_a_cache_nothing_is_looked_at) {
  provider_.cache.reset();
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
  EXPECT_EQ(login(yes("b")), "accept b (asked)");
  EXPECT_EQ(counted("miss"), 0U);
}

TEST_F(Remember, an_outage_is_never_kept) {
  EXPECT_EQ(login(Unavailable{"away"}), "unavailable (asked)");
  EXPECT_EQ(login(yes("back")), "accept back (asked)");
}

TEST_F(Remember, asking_again_is_never_kept) {
  EXPECT_EQ(login(AskAgain{seconds(1)}), "again (asked)");
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
}

TEST_F(Remember, a_digest_is_never_kept) {
  for (int i = 0; i < 2; ++i) {
    policy::Question question = mk_question(provider_);
    question.mechanism = Mechanism::CramMd5;
    question.challenge = "<1@x>";
    ask(std::move(question));
    ASSERT_EQ(one_.service.open(), 1U);
    one_.service.answer(yes("a"));
  }
}

TEST_F(Remember, the_service_may_shorten_the_time) {
  Accept answer = yes("a");
  answer.ttl = seconds(5);
  EXPECT_EQ(login(std::move(answer)), "accept a (asked)");
  clock_.pass(seconds(5) - Duration{1});
  EXPECT_EQ(login(yes("b")), "accept a");
  clock_.pass(Duration{1});
  EXPECT_EQ(login(yes("b")), "accept b (asked)");
  Accept never = yes("c");
  never.ttl = seconds(0);
  EXPECT_EQ(login(std::move(never), "carol"), "accept c (asked)");
  EXPECT_EQ(login(yes("d"), "carol"), "accept d (asked)");
}

TEST_F(Remember, a_password_that_the_service_returned_is_given_again) {
  Accept answer = yes("a", "for the pod");
  answer.attributes = {{"group", "x"}};
  EXPECT_EQ(login(std::move(answer)), "accept a for the pod group=x (asked)");
  EXPECT_EQ(login(yes("b")), "accept a for the pod group=x");
}

TEST_F(Remember, a_password_that_nobody_s_secret_can_seal_is_not_kept) {
  EXPECT_EQ(login(yes("a", "for the pod"), "alice", ""), "accept a for the pod (asked)");
  EXPECT_EQ(login(yes("b"), "alice", ""), "accept b (asked)");
}

TEST_F(Remember, an_expired_acceptance_bridges_an_outage_if_that_is_allowed) {
  provider_.cache->stale_when_unavailable = true;
  EXPECT_EQ(login(yes("a", "p")), "accept a p (asked)");
  clock_.pass(seconds(300));
  EXPECT_EQ(login(Unavailable{"away"}), "accept a p (asked)");
  EXPECT_EQ(counted("stale"), 1U);
  EXPECT_EQ(login(Unavailable{"away"}, "bob"), "unavailable (asked)");
  EXPECT_EQ(login(Unavailable{"away"}, "alice", "other"), "unavailable (asked)");
  clock_.pass(kStalest);
  EXPECT_EQ(login(Unavailable{"away"}), "unavailable (asked)");
}

TEST_F(Remember, without_leave_nothing_bridges_an_outage) {
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
  clock_.pass(seconds(300));
  EXPECT_EQ(login(Unavailable{"away"}), "unavailable (asked)");
}

TEST_F(Remember, neither_a_refusal_nor_what_the_service_bounded_bridges_an_outage) {
  provider_.cache->stale_when_unavailable = true;
  EXPECT_EQ(login(Refuse{}), "refuse  (asked)");
  clock_.pass(seconds(10));
  EXPECT_EQ(login(Unavailable{"away"}), "unavailable (asked)");
  Accept answer = yes("b");
  answer.ttl = seconds(60);
  EXPECT_EQ(login(std::move(answer), "bob"), "accept b (asked)");
  clock_.pass(seconds(60));
  EXPECT_EQ(login(Unavailable{"away"}, "bob"), "unavailable (asked)");
}

TEST_F(Remember, a_refusal_ends_what_was_accepted_before) {
  provider_.cache->stale_when_unavailable = true;
  provider_.cache->rejected = seconds(0);
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
  clock_.pass(seconds(300));
  EXPECT_EQ(login(Refuse{}), "refuse  (asked)");
  EXPECT_EQ(login(Unavailable{"away"}), "unavailable (asked)");
}

TEST_F(Remember, answers_of_a_provider_that_was_changed_are_not_used) {
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
  policy::Question question = mk_question(provider_);
  question.version = "v2";
  ask(std::move(question));
  ASSERT_EQ(one_.service.open(), 1U);
  one_.service.answer(yes("b"));
  EXPECT_EQ(told_["alice"].back(), "accept b");
}

TEST_F(Remember, all_workers_share_what_is_kept) {
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
  ask(mk_question(provider_), &two_);
  EXPECT_EQ(two_.service.open(), 0U);
  EXPECT_EQ(told_["alice"].back(), "accept a");
}

TEST_F(Remember, equal_questions_wait_for_one_answer) {
  ask();
  ask();
  ask();
  ask("bob");
  EXPECT_EQ(one_.service.open(), 2U);
  one_.service.answer(yes("a", "p"));
  EXPECT_EQ(told_["alice"], (std::vector<std::string>{"accept a p", "accept a p", "accept a p"}));
  EXPECT_TRUE(told_["bob"].empty());
  EXPECT_EQ(counted("joined"), 2U);
}

TEST_F(Remember, an_outage_is_told_to_all_who_waited) {
  ask();
  ask();
  one_.service.answer(Unavailable{"away"});
  EXPECT_EQ(told_["alice"].size(), 2U);
}

TEST_F(Remember, the_question_stays_while_somebody_waits_for_it) {
  const RequestId first = ask();
  const RequestId second = ask();
  one_.remembering.cancel(first);
  EXPECT_EQ(one_.service.open(), 1U);
  one_.service.answer(yes("a"));
  EXPECT_EQ(told_["alice"], (std::vector<std::string>{"accept a"}));
  one_.remembering.cancel(second);  // without effect
  EXPECT_EQ(login(yes("b")), "accept a");
}

TEST_F(Remember, the_question_is_taken_back_when_nobody_waits_for_it) {
  const RequestId first = ask();
  const RequestId second = ask();
  one_.remembering.cancel(second);
  one_.remembering.cancel(first);
  EXPECT_EQ(one_.service.open(), 0U);
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
}

TEST_F(Remember, a_kept_answer_that_was_cancelled_reaches_nobody) {
  EXPECT_EQ(login(yes("a")), "accept a (asked)");
  told_.clear();
  const auto tell_alice = [this](const policy::Answer& answer) { tell("alice", answer); };
  const RequestId first = one_.remembering.ask(mk_question(provider_), nullptr, tell_alice);
  const RequestId second = one_.remembering.ask(mk_question(provider_), nullptr, tell_alice);
  EXPECT_NE(first, second);
  EXPECT_TRUE(told_["alice"].empty()) << "never from inside ask()";
  one_.remembering.cancel(first);
  settle(one_);
  EXPECT_EQ(told_["alice"], (std::vector<std::string>{"accept a"}));
}

TEST_F(Remember, keeps_no_secret_in_the_clear) {
  EXPECT_EQ(login(yes("a", "for the pod")), "accept a for the pod (asked)");
  one_.service.forget();
  EXPECT_EQ(Secret::live(), 0U);
}

}  // namespace
}  // namespace postern::verdicts
