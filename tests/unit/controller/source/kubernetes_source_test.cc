#include "controller/source/kubernetes_source.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "controller/kube/back_off.h"
#include "controller/kube/reflector_verdict.h"
#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/scripted_cluster.h"

namespace postern::source {
namespace {

using Words = std::vector<std::string>;
using model::ObjectKey;

KubernetesOptions at_once_of(std::vector<std::string> namespaces) {
  KubernetesOptions out;
  out.namespaces = std::move(namespaces);
  out.first_wait = Duration::zero();
  return out;
}

// A source that reads a cluster with a MailServer and its Secret.
class InCluster : public ::testing::Test {
 protected:
  InCluster() {
    cluster.put("ingressclasses", "postern", ingress_class_text("postern", "postern"));
    cluster.put("mailclasses", "postern", mail_class_text("postern"));
    cluster.put("mailservers", "example", text_of({}));
    cluster.put("secrets", "mail-tls", secret_text("mail-tls", "b25l", 20));
    cluster.put("secrets", "other", secret_text("other", "dHdv", 21));
  }
  void begin(std::vector<std::string> namespaces = {}) {
    source.emplace(at_once_of(std::move(namespaces)), cluster.grounds());
    follower.emplace(*source);
    source->start();
    cluster.answer_all();
  }
  // What is refused is asked for until nobody doubts it any more.
  void stay_refused() {
    for (int i = 1; i < kube::kRefusals; ++i) {
      cluster.agenda.pass(Duration{6'400});
      cluster.answer_all();
    }
  }
  // What is other since the last time: "+Secret mail/mail-tls", "-Secret mail/mail-tls".
  Words news() {
    EXPECT_TRUE(follower->read()) << follower->error();
    Words out;
    for (const model::SharedObject& object : follower->last().changed) {
      const ObjectKey& key = model::meta_of(*object).key;
      out.push_back("+" + key.kind + " " + key.path());
    }
    for (const ObjectKey& key : follower->last().gone) {
      out.push_back("-" + key.kind + " " + key.path());
    }
    return out;
  }
  // The value k of a Secret of mail.
  std::string value(const std::string& name) {
    const auto at = follower->known().find(ObjectKey{"Secret", "mail", name});
    if (at == follower->known().end()) return "";
    return std::string(model::as<model::SecretObject>(at->second)->data.at("k").reveal());
  }

  ScriptedCluster cluster;
  std::optional<KubernetesSource> source;
  std::optional<Follower> follower;
};

TEST_F(InCluster, tells_nothing_before_every_kind_was_read) {
  cluster.leave_waiting("services");
  begin();
  EXPECT_FALSE(follower->read());
  EXPECT_NE(follower->error().find("waiting for services"), std::string::npos) << follower->error();
}

TEST_F(InCluster, tells_everything_once) {
  begin();
  EXPECT_EQ(news(), (Words{"+IngressClass postern", "+MailClass postern",
                           "+MailServer mail/example", "+Secret mail/mail-tls"}));
  EXPECT_EQ(source->waiting_for(), "");
  EXPECT_TRUE(follower->read());
  EXPECT_TRUE(follower->last().empty());
}

TEST_F(InCluster, tells_what_is_changed_and_when_it_came) {
  begin();
  (void)news();
  cluster.clock.pass(Duration{5});
  const Instant came = cluster.clock.now();
  cluster.tell("mailservers", "MODIFIED",
               text_of({.secret = "other", .revision = 30, .generation = 2}));
  cluster.clock.pass(Duration{7});
  EXPECT_EQ(news(),
            (Words{"+MailServer mail/example", "+Secret mail/other", "-Secret mail/mail-tls"}));
  EXPECT_EQ(follower->last().caused_at, came);
  cluster.tell("mailservers", "DELETED", text_of({.revision = 31, .generation = 2}));
  EXPECT_EQ(news(), (Words{"-MailServer mail/example", "-Secret mail/other"}));
}

TEST_F(InCluster, passes_over_a_status_that_was_written) {
  begin();
  (void)news();
  cluster.tell("mailservers", "MODIFIED",
               text_of({.revision = 30, .status = R"({"observedGeneration":1})"}));
  EXPECT_EQ(news(), Words{});
  EXPECT_FALSE(follower->last().problems_changed);
}

TEST_F(InCluster, keeps_no_secret_that_nobody_names) {
  begin();
  (void)news();
  EXPECT_EQ(value("other"), "");
  cluster.tell("secrets", "MODIFIED", secret_text("other", "ZHJlaQ==", 40));
  EXPECT_EQ(news(), Words{});
  EXPECT_EQ(cluster.asked(), Words{});
}

TEST_F(InCluster, asks_for_a_secret_that_becomes_named) {
  begin();
  (void)news();
  cluster.tell("mailservers", "ADDED",
               text_of({.name = "second", .secret = "other", .revision = 30}));
  EXPECT_EQ(cluster.asked(), Words{"/api/v1/namespaces/mail/secrets/other"});
  EXPECT_EQ(news(), (Words{"+MailServer mail/second", "+Secret mail/other"}));
  EXPECT_EQ(value("other"), "two");
}

TEST_F(InCluster, lets_a_secret_go_when_the_last_who_named_it_goes) {
  begin();
  cluster.tell("mailservers", "ADDED", text_of({.name = "second", .revision = 30}));
  (void)news();
  cluster.tell("mailservers", "DELETED", text_of({.name = "second", .revision = 31}));
  EXPECT_EQ(news(), Words{"-MailServer mail/second"});
  cluster.tell("mailservers", "DELETED", text_of({.revision = 32}));
  EXPECT_EQ(news(), (Words{"-MailServer mail/example", "-Secret mail/mail-tls"}));
}

TEST_F(InCluster, takes_a_named_secret_as_it_comes) {
  begin();
  (void)news();
  cluster.tell("secrets", "DELETED", secret_text("mail-tls", "b25l", 40));
  EXPECT_EQ(news(), Words{"-Secret mail/mail-tls"});
  cluster.tell("secrets", "ADDED", secret_text("mail-tls", "ZHJlaQ==", 41));
  EXPECT_EQ(news(), Words{"+Secret mail/mail-tls"});
  EXPECT_EQ(value("mail-tls"), "drei");
  EXPECT_EQ(cluster.asked(), Words{});
}

TEST_F(InCluster, believes_no_answer_about_a_secret_that_was_deleted_meanwhile) {
  begin();
  (void)news();
  cluster.leave_waiting("secrets");
  for (const auto& flow : cluster.transport.flows) {
    if (!flow->held()) continue;
    const bool of_secrets = flow->request.target.find("/secrets?") != std::string::npos;
    if (flow->request.target.find("/mailservers?") != std::string::npos) {
      flow->octets("{\"type\":\"MODIFIED\",\"object\":" +
                   text_of({.secret = "other", .revision = 30, .generation = 2}) + "}\n");
    }
    if (of_secrets) {
      flow->octets("{\"type\":\"DELETED\",\"object\":" + secret_text("other", "dHdv", 50) + "}\n");
    }
  }
  ASSERT_EQ(cluster.transport.questions.size(), 1U);
  cluster.answer_all();
  EXPECT_EQ(news(), (Words{"+MailServer mail/example", "-Secret mail/mail-tls"}));
}

TEST_F(InCluster, leaves_mail_servers_of_another_class_alone) {
  cluster.put("mailservers", "foreign",
              text_of({.name = "foreign", .secret = "other", .ingress_class = "internal"}));
  begin();
  EXPECT_EQ(news().size(), 4U);
  EXPECT_EQ(cluster.asked(), Words{});
  cluster.tell("mailservers", "MODIFIED",
               text_of({.ingress_class = "internal", .revision = 30, .generation = 2}));
  EXPECT_EQ(news(), (Words{"-MailServer mail/example", "-Secret mail/mail-tls"}));
}

TEST_F(InCluster, takes_for_gone_what_a_new_list_lacks) {
  begin();
  (void)news();
  cluster.put("mailservers", "second", text_of({.name = "second", .revision = 60}));
  cluster.forget("mailservers");
  EXPECT_EQ(news(), Words{"+MailServer mail/second"});
  ScriptedCluster empty;
  cluster.tell("mailservers", "DELETED", text_of({.revision = 61}));
  EXPECT_EQ(news(), Words{"-MailServer mail/example"});
}

TEST_F(InCluster, goes_on_with_what_it_knows_while_the_server_is_away) {
  begin();
  (void)news();
  cluster.go_away();
  EXPECT_EQ(news(), Words{});
  EXPECT_TRUE(follower->known().contains(ObjectKey{"MailServer", "mail", "example"}));
}

TEST_F(InCluster, does_without_kinds_that_the_server_does_not_know_or_keeps_to_itself) {
  cluster.refuse("referencegrants", 404);
  cluster.refuse("namespaces", 403);
  begin();
  stay_refused();
  EXPECT_EQ(news().size(), 4U);
  EXPECT_EQ(follower->reasons(), Words{"NotReadable"});
  EXPECT_EQ(follower->last().problems[0].object.kind, "Namespace");
}

// KC9: a server that has just begun forbids everything, some kinds longer than others.
TEST_F(InCluster, believes_no_first_refusal) {
  cluster.put("namespaces", "mail",
              R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"mail","uid":"n",)"
              R"("resourceVersion":"3"}})");
  cluster.refuse("namespaces", 403);
  begin();
  EXPECT_FALSE(follower->read());
  EXPECT_NE(source->waiting_for().find("namespaces (forbidden"), std::string::npos);
  cluster.heal("namespaces");
  cluster.agenda.pass(kube::BackOff::kFirst * 2);
  cluster.answer_all();
  EXPECT_EQ(news().size(), 5U);
  EXPECT_EQ(follower->reasons(), Words{});
}

TEST_F(InCluster, never_takes_wrong_credentials_for_a_kind_that_is_kept_away) {
  cluster.refuse("namespaces", 401);
  begin();
  stay_refused();
  EXPECT_FALSE(follower->read());
}

TEST_F(InCluster, waits_for_a_kind_that_it_may_not_read_and_says_so) {
  cluster.refuse("mailclasses", 403);
  begin();
  stay_refused();
  EXPECT_FALSE(follower->read());
  EXPECT_NE(source->waiting_for().find("mailclasses (forbidden"), std::string::npos);
}

TEST_F(InCluster, is_waited_for_at_each_read_until_all_is_there) {
  KubernetesOptions patient;
  patient.first_wait = Duration{20};
  source.emplace(patient, cluster.grounds());
  const SystemClock real;
  for (int i = 0; i < 3; ++i) {
    const Instant began = real.now();
    EXPECT_FALSE(source->read());
    EXPECT_GE(real.now() - began, patient.first_wait);
  }
}

TEST_F(InCluster, says_how_to_do_without_a_class_that_it_may_not_read) {
  cluster.refuse("ingressclasses", 403);
  begin({"mail"});
  EXPECT_NE(source->waiting_for().find("--cluster-objects off"), std::string::npos)
      << source->waiting_for();
}

TEST_F(InCluster, asks_for_nothing_of_the_whole_cluster_where_it_is_told_so) {
  for (const char* kind : {"ingressclasses", "mailclasses", "namespaces"}) {
    cluster.refuse(kind, 403);
  }
  KubernetesOptions options = at_once_of({"mail"});
  options.cluster_objects = false;
  source.emplace(options, cluster.grounds());
  follower.emplace(*source);
  source->start();
  cluster.answer_all();
  EXPECT_EQ(news(), (Words{"+MailServer mail/example", "+Secret mail/mail-tls"}));
  EXPECT_EQ(follower->reasons(), Words{});
  for (const std::string& target : cluster.watched()) {
    EXPECT_NE(target.find("/namespaces/mail/"), std::string::npos) << target;
  }
}

TEST_F(InCluster, names_a_secret_that_may_not_be_asked_for_until_it_may) {
  begin();
  (void)news();
  cluster.forbid("other");
  cluster.tell("mailservers", "MODIFIED",
               text_of({.secret = "other", .revision = 30, .generation = 2}));
  (void)news();
  ASSERT_EQ(follower->reasons(), Words{"NotReadable"});
  EXPECT_EQ(follower->last().problems[0].object.path(), "mail/other");
  cluster.forbid("");
  cluster.agenda.pass(Duration{30'000});
  cluster.answer_all();
  EXPECT_EQ(news(), Words{"+Secret mail/other"});
  EXPECT_EQ(follower->reasons(), Words{});
}

TEST_F(InCluster, takes_a_grant_back_when_it_goes) {
  const std::string grant =
      R"({"kind":"ReferenceGrant","apiVersion":"gateway.networking.k8s.io/v1beta1",)" +
      metadata("to-mail", 8) +
      R"(,"spec":{"from":[{"group":"postern.dev","kind":"MailServer","namespace":"a"}],)" +
      R"("to":[{"group":"","kind":"Secret"}]}})";
  cluster.put("referencegrants", "to-mail", grant);
  begin();
  EXPECT_EQ(news().size(), 5U);
  cluster.tell("referencegrants", "DELETED", grant);
  EXPECT_EQ(news(), Words{"-ReferenceGrant mail/to-mail"});
}

TEST_F(InCluster, holds_to_a_class_that_is_gone_until_another_is_named) {
  cluster.put("mailclasses", "second", mail_class_text("second"));
  begin();
  (void)news();
  cluster.tell("mailclasses", "DELETED", mail_class_text("postern", 40));
  EXPECT_EQ(news(), Words{});
  EXPECT_EQ(follower->reasons(), Words{"ClassNotFound"});
  cluster.tell("ingressclasses", "MODIFIED", ingress_class_text("postern", "second", 41));
  EXPECT_EQ(news(), (Words{"+IngressClass postern", "-MailClass postern"}));
  EXPECT_EQ(follower->reasons(), Words{});
}

TEST_F(InCluster, holds_to_a_class_that_is_made_anew_and_wrong) {
  begin();
  (void)news();
  cluster.tell("mailclasses", "DELETED", mail_class_text("postern", 40));
  std::string wrong = mail_class_text("postern", 41);
  wrong.replace(wrong.find(R"("uid":"u")"), 9, R"("uid":"v")");
  wrong.replace(wrong.find("\"ports\""), 7, "\"parts\"");
  cluster.tell("mailclasses", "ADDED", wrong);
  EXPECT_EQ(news(), Words{});
  ASSERT_EQ(follower->last().problems.size(), 1U);
  EXPECT_EQ(follower->last().problems[0].object.kind, "MailClass");
  EXPECT_EQ(follower->last().problems[0].uid, "v");
  cluster.tell("ingressclasses", "MODIFIED", ingress_class_text("postern", "", 42));
  EXPECT_EQ(news(), (Words{"+IngressClass postern", "-MailClass postern"}));
}

TEST_F(InCluster, keeps_no_slice_that_serves_nobody_any_more) {
  const std::string begun = R"({"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1",)";
  const std::string rest = R"(,"addressType":"IPv4","endpoints":[{"addresses":["192.0.2.1"]}]})";
  cluster.put("endpointslices", "dovecot",
              begun +
                  metadata("dovecot", 9, R"(,"labels":{"kubernetes.io/service-name":"dovecot"})") +
                  rest);
  begin();
  EXPECT_EQ(news().size(), 5U);
  cluster.tell("endpointslices", "MODIFIED", begun + metadata("dovecot", 30) + rest);
  EXPECT_EQ(news(), Words{"-EndpointSlice mail/dovecot"});
}

TEST_F(InCluster, keeps_the_last_good_version_of_what_becomes_wrong) {
  begin();
  (void)news();
  std::string wrong = text_of({.revision = 30, .generation = 2});
  wrong.replace(wrong.find("\"imap\""), 6, "\"imop\"");
  cluster.tell("mailservers", "MODIFIED", wrong);
  EXPECT_EQ(news(), Words{});
  EXPECT_EQ(follower->last().problems.size(), 1U);
  EXPECT_EQ(follower->last().problems[0].object.path(), "mail/example");
  cluster.tell("mailservers", "MODIFIED", text_of({.revision = 31, .generation = 3}));
  EXPECT_EQ(news(), Words{"+MailServer mail/example"});
  EXPECT_EQ(follower->reasons(), Words{});
}

TEST_F(InCluster, ignores_what_stands_in_for_a_cluster_in_directories) {
  cluster.put(
      "services", "dovecot",
      R"({"kind":"Service","apiVersion":"v1",)" +
          metadata("dovecot", 9, R"(,"annotations":{"postern.dev/addresses":"127.0.0.1"})") +
          R"(,"spec":{"ports":[{"port":143}]}})");
  begin();
  (void)news();
  const auto at = follower->known().find(ObjectKey{"Service", "mail", "dovecot"});
  ASSERT_NE(at, follower->known().end());
  EXPECT_TRUE(model::as<model::ServiceObject>(at->second)->addresses.empty());
}

TEST_F(InCluster, reads_some_namespaces_one_by_one) {
  begin({"acme", "mail"});
  const Words watched = cluster.watched();
  for (const char* target :
       {"/api/v1/namespaces/acme/secrets", "/api/v1/namespaces/mail/secrets",
        "/apis/postern.dev/v1alpha1/namespaces/mail/mailservers", "/api/v1/namespaces",
        "/apis/discovery.k8s.io/v1/namespaces/acme/endpointslices",
        "/apis/postern.dev/v1alpha1/mailclasses"}) {
    EXPECT_NE(std::ranges::find(watched, target), watched.end()) << target;
  }
  EXPECT_EQ(std::ranges::find(watched, "/api/v1/secrets"), watched.end());
}

TEST_F(InCluster, says_what_was_told_and_up_to_where_nothing_was_missed) {
  begin();
  (void)news();
  const auto of = [](const View& view, const std::string& collection) -> std::uint64_t {
    const auto at = std::ranges::find(view, collection, &CollectionView::collection);
    return at == view.end() ? 0 : at->resource_version;
  };
  EXPECT_EQ(of(follower->last().made_of, "mailservers"), 10U);
  EXPECT_EQ(of(follower->last().read_to, "mailservers"), 25U);
  cluster.tell("mailservers", "MODIFIED", text_of({.revision = 130, .generation = 2}));
  cluster.bookmark("mailservers", 150);
  (void)news();
  EXPECT_EQ(of(follower->last().made_of, "mailservers"), 130U);
  EXPECT_EQ(of(follower->last().read_to, "mailservers"), 150U);
}

}  // namespace
}  // namespace postern::source
