#include "controller/status/status_book.h"

#include <gtest/gtest.h>

#include "controller/status/status_page.h"
#include "tests/unit/controller/status/booked.h"

namespace postern::status {
namespace {

using namespace std::chrono_literals;

using Lines = std::vector<std::string>;

TEST_F(StatusBookTest, without_a_proxy_nothing_is_programmed) {
  learn(verdict(), 1);
  EXPECT_EQ(reason("Accepted"), "True Accepted");
  EXPECT_EQ(reason("ResolvedRefs"), "True ResolvedRefs");
  EXPECT_EQ(reason("Programmed"), "False NoProxies");
  EXPECT_EQ(reason("Ready"), "False NoProxies");
  EXPECT_EQ(lines(), Lines{});
}

TEST_F(StatusBookTest, it_is_programmed_when_every_proxy_has_answered_for_it) {
  learn(verdict(), 2);
  clock_.pass(12ms);
  book_.hear(report(1, 2));
  book_.hear(report(2, 1));
  EXPECT_EQ(reason("Programmed"), "False Pending");
  book_.hear(report(2, 2));
  EXPECT_EQ(reason("Programmed"), "True Programmed");
  EXPECT_EQ(reason("Ready"), "True Ready");
}

TEST_F(StatusBookTest, a_change_is_one_line_with_the_time_that_it_took) {
  learn(verdict(), 1);
  clock_.pass(12ms);
  book_.hear(report(1, 1));
  EXPECT_EQ(lines(), Lines{"mailserver mail/example: Ready (2 listeners, 12 ms)"});
  book_.hear(report(1, 1));
  EXPECT_EQ(lines(), Lines{}) << "what is known is not told again";
  learn(verdict(2), 2);
  clock_.pass(3ms);
  book_.hear(report(1, 2));
  EXPECT_EQ(lines(), Lines{"mailserver mail/example: Ready (2 listeners, 3 ms)"});
}

TEST_F(StatusBookTest, a_listener_that_is_off_degrades_it_and_says_why) {
  build::Verdict of = verdict();
  of.listeners[1].off_reason = "PortNotServed";
  of.listeners[1].off_message = "the class opens 143";
  learn(of, 1);
  book_.hear(report(1, 1));
  const auto status = book_.status(kServer);
  ASSERT_EQ(status->listeners.size(), 2U);
  EXPECT_EQ(status->listeners[0].conditions.at(0).reason, "Programmed");
  EXPECT_EQ(status->listeners[1].conditions.at(0).reason, "PortNotServed");
  EXPECT_EQ(lines(), Lines{"mailserver mail/example: Degraded (1 of 2 listeners, 0 ms)"});
}

TEST_F(StatusBookTest, a_conflict_is_a_condition_of_its_own) {
  build::Verdict of = verdict();
  of.listeners[1].off_reason = "HostnameConflict";
  learn(of, 1);
  const auto status = book_.status(kServer);
  ASSERT_EQ(status->listeners[1].conditions.size(), 2U);
  EXPECT_EQ(status->listeners[1].conditions[1].type, "Conflicted");
}

TEST_F(StatusBookTest, a_refusal_of_one_proxy_is_told_in_its_words) {
  learn(verdict(), 1);
  ApplyReport refused = report(1, 1);
  refused.state = ApplyReport::State::PartiallyActive;
  refused.refusals = {refusal("mail/example")};
  book_.hear(refused);
  EXPECT_EQ(reason("Programmed"), "False ProxyRejected");
  book_.hear(report(2, 1));
  EXPECT_EQ(reason("Programmed"), "False PartiallyProgrammed");
  const auto status = book_.status(kServer);
  ASSERT_EQ(status->proxies.rejections.size(), 1U);
  EXPECT_EQ(status->proxies.rejections[0].proxy, "proxy-1");
  EXPECT_EQ(status->proxies.acknowledged, 1U);
}

TEST_F(StatusBookTest, refusals_are_told_newest_first_with_the_time_when_they_were_said) {
  learn(verdict(), 1);
  const WallTime first = clock_.wall();
  for (std::uint64_t proxy = 1; proxy <= 9; ++proxy) {
    ApplyReport refused = report(proxy, 1);
    refused.refusals = {refusal("mail/example")};
    book_.hear(refused);
    clock_.pass(1s);
  }
  ApplyReport again = report(5, 1);
  again.refusals = {refusal("mail/example")};
  book_.hear(again);
  const auto rejections = book_.status(kServer)->proxies.rejections;
  ASSERT_EQ(rejections.size(), 8U);
  EXPECT_EQ(rejections.front().proxy, "proxy-9");
  EXPECT_EQ(rejections.back().proxy, "proxy-2");
  EXPECT_EQ(rejections.back().observed, first + 1s);
  EXPECT_EQ(rejections[4].proxy, "proxy-5") << "it has said so before";
  again.refusals[0].version = "2";
  book_.hear(again);
  const auto other = book_.status(kServer)->proxies.rejections;
  EXPECT_EQ(other.front().proxy, "proxy-5");
  EXPECT_EQ(other.front().observed, clock_.wall());
}

TEST_F(StatusBookTest, a_port_that_could_not_be_opened_leaves_the_others_programmed) {
  learn(verdict(), 1);
  ApplyReport refused = report(1, 1);
  refused.refusals = {refusal("143")};
  refused.refusals[0].key.type = config::ResourceType::Listener;
  refused.refusals[0].code = Refusal::Code::BindFailed;
  refused.refusals[0].sources = {{"MailServer", "mail", "example", "", 0}};
  book_.hear(refused);
  const auto status = book_.status(kServer);
  EXPECT_EQ(status->listeners[0].conditions.at(0).reason, "BindFailed");
  EXPECT_EQ(status->listeners[1].conditions.at(0).reason, "Programmed");
  EXPECT_EQ(reason("Programmed"), "False ProxyRejected");
  // The proxy has the listener, and nobody can reach it.
  refused.refusals[0].running_version = refused.refusals[0].version = "1";
  book_.hear(refused);
  EXPECT_EQ(book_.progress(kServer)->listeners_open, 1U);
}

TEST_F(StatusBookTest, a_refusal_of_another_mail_server_does_not_concern_it) {
  learn(verdict(), 1);
  ApplyReport refused = report(1, 1);
  refused.refusals = {refusal("mail/other")};
  book_.hear(refused);
  EXPECT_EQ(reason("Programmed"), "True Programmed");
}

TEST_F(StatusBookTest, a_proxy_that_lacks_a_feature_is_too_old) {
  learn(verdict(), 1);
  ApplyReport refused = report(1, 1);
  refused.refusals = {refusal("mail/example")};
  refused.refusals[0].code = Refusal::Code::ProxyTooOld;
  book_.hear(refused);
  EXPECT_EQ(reason("Programmed"), "False ProxyTooOld");
}

TEST_F(StatusBookTest, a_proxy_that_is_gone_is_not_waited_for) {
  learn(verdict(), 2);
  book_.hear(report(1, 2));
  book_.hear(report(2, 1));
  EXPECT_EQ(reason("Programmed"), "False Pending");
  ApplyReport gone = report(2, 1);
  gone.state = ApplyReport::State::Gone;
  book_.hear(gone);
  EXPECT_EQ(reason("Programmed"), "True Programmed");
}

TEST_F(StatusBookTest, a_proxy_that_has_just_come_is_waited_for_after_thirty_seconds) {
  learn(verdict(), 1);
  book_.hear(report(1, 1));
  book_.hear(report(2, 0));
  EXPECT_EQ(reason("Programmed"), "True Programmed");
  EXPECT_EQ(book_.due(), clock_.now() + 30s);
  (void)book_.take_touched();
  clock_.pass(30s);
  book_.look_at_clock();
  EXPECT_EQ(book_.take_touched(), std::set<model::ObjectKey>{kServer});
  EXPECT_EQ(reason("Programmed"), "False Pending");
  EXPECT_GT(book_.due(), clock_.now() + 30s);
  book_.hear(report(2, 1));
  EXPECT_EQ(book_.take_touched(), std::set<model::ObjectKey>{kServer});
  EXPECT_EQ(reason("Programmed"), "True Programmed");
}

TEST_F(StatusBookTest, the_only_proxy_is_waited_for_from_the_start) {
  learn(verdict(), 1);
  book_.hear(report(1, 0));
  EXPECT_EQ(reason("Programmed"), "False Pending");
}

TEST_F(StatusBookTest, what_stands_in_the_object_keeps_its_times_while_it_holds) {
  learn(verdict(), 1);
  book_.hear(report(1, 1));
  MailServerStatus written;
  written.key = kServer;
  const WallTime long_ago = clock_.wall() - std::chrono::hours(5);
  written.conditions = {{"Accepted", Truth::True, "Accepted", "", 1, long_ago},
                        {"Programmed", Truth::False, "NoProxies", "", 1, long_ago}};
  book_.remember(written);
  const auto status = book_.status(kServer);
  EXPECT_EQ(status->condition("Accepted")->since, long_ago);
  EXPECT_EQ(status->condition("Programmed")->since, clock_.wall()) << "it is true now";
}

TEST_F(StatusBookTest, another_object_of_the_same_name_has_times_of_its_own) {
  build::Verdict first = verdict();
  first.uid = "a";
  learn(first, 1);
  (void)book_.status(kServer);
  clock_.pass(5s);
  build::Verdict second = verdict();
  second.uid = "b";
  learn(second, 2);
  EXPECT_EQ(book_.status(kServer)->condition("Accepted")->since, clock_.wall());
}

TEST_F(StatusBookTest, a_backend_that_nobody_can_be_led_to_says_why) {
  build::Verdict of = verdict();
  of.backends = {{.name = "store", .ports = {{Protocol::Imap, 993, {}}}},
                 {.name = "old", .ports = {}, .off_reason = "ServiceNotFound", .off_message = "m"}};
  learn(of, 1);
  book_.hear(report(1, 1));
  const auto status = book_.status(kServer);
  ASSERT_EQ(status->backends.size(), 2U);
  EXPECT_EQ(status->backends[0].conditions.at(0).truth, Truth::True);
  EXPECT_EQ(status->backends[1].conditions.at(0).reason, "ServiceNotFound");
  EXPECT_EQ(reason("Ready"), "True Ready") << "one is left";
  of.backends[0].off_reason = "NoReadyEndpoints";
  learn(of, 2);
  book_.hear(report(1, 2));
  EXPECT_EQ(reason("Ready"), "False NoReadyEndpoints");
}

TEST_F(StatusBookTest, a_certificate_that_expires_within_a_fortnight_is_told_when_it_comes_to_it) {
  build::Verdict of = verdict();
  const auto in = clock_.wall().time_since_epoch() + std::chrono::hours(15 * 24);
  of.expires_unix_s = std::chrono::duration_cast<std::chrono::seconds>(in).count();
  learn(of, 1);
  EXPECT_EQ(reason("CertificateExpiringSoon"), "absent");
  (void)book_.take_touched();
  clock_.pass(std::chrono::hours(25));
  book_.look_at_clock();
  EXPECT_EQ(book_.take_touched(), std::set<model::ObjectKey>{kServer});
  EXPECT_EQ(reason("CertificateExpiringSoon"), "True Expiring");
  clock_.pass(600s);
  book_.look_at_clock();
  EXPECT_TRUE(book_.take_touched().empty()) << "it is told";
}

TEST_F(StatusBookTest, names_of_older_ones_are_told_where_they_are_lost) {
  build::Verdict of = verdict();
  of.problems = {mk_problem("HostnameConflict", model::Severity::Refused)};
  of.listeners[0].conflict_reason = "HostnameConflict";
  learn(of, 1);
  EXPECT_EQ(reason("Accepted"), "True PartiallyAccepted");
  EXPECT_EQ(book_.status(kServer)->listeners[0].conditions.at(1).reason, "HostnameConflict");
  EXPECT_EQ(book_.status(kServer)->listeners[1].conditions.size(), 1U);
  of.accepted = false;
  for (auto& listener : of.listeners) listener.off_reason = "HostnameConflict";
  learn(of, 2);
  EXPECT_EQ(reason("Accepted"), "False HostnameConflict");
}

TEST_F(StatusBookTest, the_class_says_what_is_open_and_who_runs_it) {
  EXPECT_FALSE(book_.class_status()) << "no class was told of";
  Lesson lesson;
  lesson.verdicts = {verdict()};
  lesson.published = {"v1", 1};
  lesson.mail_class = ServedClass{"postern", "u1", 3, "postern"};
  book_.learn(std::move(lesson));
  book_.hear(report(1, 1));
  const auto status = book_.class_status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->mail_servers, 1U);
  ASSERT_EQ(status->ports.size(), 2U);
  EXPECT_EQ(status->ports[0].port, 143);
  EXPECT_EQ(status->proxies.acknowledged, 1U);
  for (const Condition& one : status->conditions) {
    EXPECT_EQ(one.truth, Truth::True) << one.type;
    EXPECT_EQ(one.observed_generation, 3);
  }
}

TEST_F(StatusBookTest, the_class_is_programmed_while_mail_servers_change) {
  learn_class({"postern", "u1", 3, "postern"}, 1);
  book_.hear(report(1, 1));
  learn(verdict(), 2);
  EXPECT_EQ(book_.class_status()->conditions.at(2).reason, "Programmed");
  learn_class({"postern", "u1", 4, "postern"}, 3);
  EXPECT_EQ(book_.class_status()->conditions.at(2).reason, "Pending");
  book_.hear(report(1, 3));
  EXPECT_EQ(book_.class_status()->conditions.at(2).reason, "Programmed");
}

TEST_F(StatusBookTest, what_stands_in_the_class_keeps_its_times_while_it_holds) {
  learn_class({"postern", "u1", 3, "postern"}, 1);
  book_.hear(report(1, 1));
  MailServerStatus written;
  const WallTime long_ago = clock_.wall() - std::chrono::hours(5);
  written.conditions = {{"Accepted", Truth::True, "Accepted", "", 3, long_ago}};
  written.uid = "u1";
  for (const char* name : {"postern", "other"}) {
    written.key = {"MailClass", {}, name};
    book_.remember(written);
    written.conditions.clear();
  }
  EXPECT_EQ(book_.class_status()->conditions.at(0).since, long_ago);
  EXPECT_EQ(book_.class_status()->conditions.at(2).since, clock_.wall());
}

TEST_F(StatusBookTest, another_class_has_times_of_its_own) {
  learn_class({"postern", "u1", 1, "postern"}, 1);
  const std::pair<const char*, const char*> classes[] = {
      {"other", "u2"}, {"other", "u3"}, {"third", "u3"}};
  for (const auto& [name, uid] : classes) {
    (void)book_.class_status();
    clock_.pass(5s);
    learn_class({name, uid, 1, "postern"}, 1);
    EXPECT_EQ(book_.class_status()->conditions.at(0).since, clock_.wall()) << name << uid;
  }
}

TEST_F(StatusBookTest, a_class_made_anew_and_wrong_is_told_in_its_own_name) {
  learn_class({"postern", "u1", 7, "postern"}, 1);
  model::Problem problem = mk_problem("InvalidField", model::Severity::Refused);
  problem.object = {"MailClass", {}, "postern"};
  problem.uid = "u2";
  problem.generation = 1;
  Lesson lesson;
  lesson.unreadable = {problem};
  lesson.published = {"v1", 1};
  lesson.mail_class = class_;
  book_.learn(std::move(lesson));
  const auto status = book_.class_status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->uid, "u2");
  EXPECT_EQ(status->generation, 1);
  EXPECT_EQ(status->conditions.at(0).observed_generation, 1);
}

TEST_F(StatusBookTest, problems_go_to_their_conditions) {
  build::Verdict of = verdict();
  of.problems = {mk_problem("SecretNotFound", model::Severity::Refused),
                 mk_problem("PlaintextLogin", model::Severity::Warning),
                 mk_problem("BackendPlaintext", model::Severity::Warning)};
  learn(of, 1);
  EXPECT_EQ(reason("Accepted"), "True Accepted");
  EXPECT_EQ(reason("ResolvedRefs"), "False SecretNotFound");
  EXPECT_EQ(reason("InsecureSettings"), "True Several");
  EXPECT_EQ(reason("Ready"), "False SecretNotFound");
  EXPECT_EQ(reason("CertificateExpiringSoon"), "absent");
}

TEST_F(StatusBookTest, an_unreadable_change_leaves_the_old_one_in_force_and_is_told) {
  learn(verdict(), 1);
  book_.hear(report(1, 1));
  Lesson lesson;
  lesson.unreadable = {mk_problem("InvalidField", model::Severity::Refused)};
  lesson.published = {"v1", 1};
  book_.learn(std::move(lesson));
  EXPECT_EQ(reason("Accepted"), "False Invalid");
  EXPECT_EQ(reason("Programmed"), "True Programmed");
  (void)lines();
  Lesson mended;
  mended.published = {"v1", 1};
  book_.learn(std::move(mended));
  EXPECT_EQ(reason("Accepted"), "True Accepted") << "mended";
}

TEST_F(StatusBookTest, one_that_was_never_read_has_a_status_until_it_is_away) {
  Lesson lesson;
  lesson.unreadable = {mk_problem("InvalidField", model::Severity::Refused)};
  book_.learn(std::move(lesson));
  EXPECT_EQ(reason("Accepted"), "False Invalid");
  EXPECT_EQ(lines(), (Lines{"mail.yaml:3:5: MailServer mail/example: spec.tls: is not as it should "
                            "be",
                            "mailserver mail/example: Rejected"}));
  book_.learn({});
  EXPECT_FALSE(book_.status(kServer));
}

TEST_F(StatusBookTest, a_problem_is_told_once_and_again_when_it_comes_back) {
  build::Verdict bad = verdict();
  bad.problems = {mk_problem("SecretNotFound", model::Severity::Refused)};
  learn(bad, 1);
  EXPECT_EQ(lines().size(), 1U);
  learn(bad, 2);
  EXPECT_EQ(lines().size(), 0U);
  learn(verdict(), 3);
  EXPECT_EQ(lines().size(), 0U);
  learn(bad, 4);
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(StatusBookTest, a_condition_keeps_its_time_while_its_truth_stays) {
  learn(verdict(), 1);
  const WallTime first = book_.status(kServer)->condition("Accepted")->since;
  clock_.pass(60s);
  learn(verdict(2), 2);
  EXPECT_EQ(book_.status(kServer)->condition("Accepted")->since, first);
  book_.hear(report(1, 2));
  EXPECT_EQ(book_.status(kServer)->condition("Programmed")->since, clock_.wall());
}

TEST_F(StatusBookTest, what_is_gone_has_no_status_and_is_told_once) {
  learn(verdict(), 1);
  book_.hear(report(1, 1));
  (void)lines();
  Lesson lesson;
  lesson.gone = {kServer};
  book_.learn(std::move(lesson));
  EXPECT_FALSE(book_.status(kServer));
  EXPECT_EQ(lines(), Lines{"mailserver mail/example: Gone"});
}

TEST_F(StatusBookTest, one_change_of_a_thousand_looks_at_one) {
  for (int i = 0; i < 1000; ++i) {
    build::Verdict of = verdict();
    of.server.name = "s" + std::to_string(i);
    learn(of, 1);
  }
  book_.hear(report(1, 1));
  (void)book_.take_touched();
  build::Verdict of = verdict(2);
  of.server.name = "s7";
  learn(of, 2);
  book_.hear(report(1, 2));
  EXPECT_EQ(book_.take_touched().size(), 1U);
}

TEST_F(StatusBookTest, the_page_is_a_document_of_kubernetes_form) {
  learn(verdict(), 1);
  book_.hear(report(1, 1));
  const std::string page = status_page(*book_.status(kServer));
  for (const char* part :
       {"kind: MailServer", "namespace: mail", "observedGeneration: 1", "type: Accepted",
        "status: \"True\"", "reason: Programmed", "port: 993", "summary: 1/1"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part << "\n" << page;
  }
}

}  // namespace
}  // namespace postern::status
