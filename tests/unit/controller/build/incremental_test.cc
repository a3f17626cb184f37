// What an update gives after the first: what is other than before, and nothing else.
#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/unit/controller/build/growing.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

constexpr auto kOld = "2026-01-01T00:00:00Z";
constexpr auto kYoung = "2026-02-01T00:00:00Z";

MkServer company(const std::string& ns, const std::string& hostname, const std::string& created) {
  return mk_server(ns + "/mail")
      .hostnames({hostname})
      .created(created)
      .backend(mk_service_backend("mailbox", "dovecot", ns));
}

std::vector<model::Object> rest_of(const std::string& ns) {
  return {mk_tls_secret(ns + "/mail-tls", {"mail.acme.example", "mail.bolt.example"}),
          mk_service(ns + "/dovecot", {mk_port("imap", 143), mk_port("imaps", 993)})};
}

// acme is older than bolt; each has a name of its own.
Growing two(const std::string& bolts_name = "mail.bolt.example") {
  std::vector<model::Object> objects = rest_of("acme");
  std::ranges::move(rest_of("bolt"), std::back_inserter(objects));
  objects.emplace_back(company("acme", "mail.acme.example", kOld));
  objects.emplace_back(company("bolt", bolts_name, kYoung));
  return Growing(std::move(objects));
}

model::ObjectKey server_of(const std::string& ns) { return {"MailServer", ns, "mail"}; }

TEST(Update, with_nothing_touched_changes_nothing) {
  Growing growing = two();
  const Changes changes = growing.update();
  EXPECT_TRUE(changes.upserts.empty());
  EXPECT_TRUE(changes.removals.empty());
  EXPECT_TRUE(changes.verdicts.empty());
}

TEST(Update, of_endpoints_gives_those_alone) {
  Growing growing = two();
  const Changes changes = growing.apply(
      mk_slice("acme/dovecot-a", "dovecot", {{"imaps", "", 993}}, {mk_endpoint("10.0.0.1")}));
  EXPECT_EQ(upserted(changes), Words{"ENDPOINTS acme/mail/mailbox"});
  EXPECT_EQ(judged(changes), Words{"acme/mail"});
}

TEST(Update, of_a_certificate_gives_that_alone) {
  Growing growing = two();
  auto secret = mk_tls_secret("acme/mail-tls", {"mail.acme.example", "mail.bolt.example"});
  secret.data.insert_or_assign("tls.key", SharedSecret("another key"));
  const Changes changes = growing.apply(secret);
  EXPECT_EQ(upserted(changes), Words{"SECRET acme/mail-tls"});
  EXPECT_EQ(judged(changes), Words{"acme/mail"});
}

TEST(Update, of_a_limit_leaves_listeners_alone) {
  Growing growing = two();
  MkServer server = company("acme", "mail.acme.example", kOld);
  const Changes changes = growing.apply(model::MailServer(server.with([](model::MailServer& spec) {
    spec.limits.max_connections = 7;
    spec.meta.generation = 1;
  })));
  EXPECT_EQ(upserted(changes), Words{"SERVER acme/mail"});
}

TEST(Update, tells_the_generation_with_what_is_its_own) {
  Growing growing = two();
  MkServer server = company("acme", "mail.acme.example", kOld);
  const Changes changes = growing.apply(
      model::MailServer(server.with([](model::MailServer& spec) { spec.meta.generation = 2; })));
  EXPECT_EQ(upserted(changes), (Words{"SECRET acme/mail-tls", "BACKEND acme/mail/mailbox",
                                      "ENDPOINTS acme/mail/mailbox", "SERVER acme/mail"}));
  EXPECT_EQ(changes.upserts.back()->sources.front().generation, 2);
  EXPECT_EQ(growing.verdict("acme", "mail").generation, 2);
}

TEST(Update, of_a_hostname_gives_the_listeners) {
  Growing growing = two();
  const Changes changes =
      growing.apply(model::MailServer(company("bolt", "imap.bolt.example", kYoung)));
  EXPECT_EQ(upserted(changes), (Words{"BACKEND bolt/mail/mailbox", "SERVER bolt/mail",
                                      "LISTENER 143", "LISTENER 993"}));
  EXPECT_EQ(judged(changes), Words{"bolt/mail"});
}

TEST(Update, that_takes_the_older_away_gives_the_name_to_the_younger) {
  Growing growing = two("mail.acme.example");
  EXPECT_FALSE(growing.verdict("bolt", "mail").accepted);
  EXPECT_EQ(growing.held.count({config::ResourceType::Server, "bolt/mail"}), 0U);
  const Changes changes = growing.remove(server_of("acme"));
  EXPECT_EQ(judged(changes), Words{"bolt/mail"});
  EXPECT_TRUE(growing.verdict("bolt", "mail").accepted);
  EXPECT_TRUE(growing.verdict("bolt", "mail").problems.empty());
  EXPECT_EQ(changes.gone, std::vector{server_of("acme")});
  EXPECT_EQ(upserted(changes), (Words{"SECRET bolt/mail-tls", "BACKEND bolt/mail/mailbox",
                                      "ENDPOINTS bolt/mail/mailbox", "SERVER bolt/mail",
                                      "LISTENER 143", "LISTENER 993"}));
}

TEST(Update, with_an_older_one_takes_the_name_from_the_younger) {
  Growing growing = two();
  const Changes changes =
      growing.apply(model::MailServer(company("acme", "mail.bolt.example", kOld)));
  EXPECT_EQ(judged(changes), (Words{"acme/mail", "bolt/mail"}));
  EXPECT_EQ(growing.verdict("bolt", "mail").listeners.front().off_reason, "HostnameConflict");
  EXPECT_EQ(removed(changes), (Words{"SERVER bolt/mail", "ENDPOINTS bolt/mail/mailbox",
                                     "BACKEND bolt/mail/mailbox", "SECRET bolt/mail-tls"}));
}

TEST(Update, that_removes_all_takes_listeners_first_and_secrets_last) {
  Growing growing(scene_objects());
  const Changes changes = growing.remove({"MailServer", "mail", "example"});
  EXPECT_EQ(removed(changes), (Words{"LISTENER 993", "LISTENER 143", "SERVER mail/example",
                                     "ENDPOINTS mail/example/mailbox",
                                     "BACKEND mail/example/mailbox", "SECRET mail/mail-tls"}));
  EXPECT_EQ(changes.listeners_before, 2U);
  EXPECT_EQ(changes.listeners_after, 0U);
}

TEST(Update, of_the_class_takes_a_mail_server_that_left_it) {
  Growing growing = two();
  const Changes changes = growing.apply(
      model::MailServer(company("acme", "mail.acme.example", kOld).in_class("other")));
  EXPECT_EQ(changes.gone, std::vector{server_of("acme")});
  EXPECT_TRUE(growing.remove(server_of("acme")).gone.empty());
}

TEST(Update, of_the_class_name_looks_at_everything) {
  Growing growing = two();
  growing.terms.class_name = "other";
  (void)growing.apply(
      model::MailServer(company("acme", "mail.acme.example", kOld).in_class("postern")));
  EXPECT_EQ(growing.verdicts.size(), 1U);
}

TEST(SharedSecret, is_given_once_and_tells_all_who_name_it_oldest_first) {
  std::vector<model::Object> objects = scene_objects();
  objects.emplace_back(model::MailServer(mk_server("mail/another")
                                             .hostnames({"another.example.com"})
                                             .backend(mk_service_backend("mailbox"))));
  const Growing growing(std::move(objects));
  const auto& sources = growing.held.at({config::ResourceType::Secret, "mail/mail-tls"}).sources;
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].name, "another");
  EXPECT_EQ(sources[1].kind, "Secret");
  EXPECT_EQ(sources[2].name, "example");
}

TEST(SharedSecret, stays_until_nobody_is_left) {
  std::vector<model::Object> objects = scene_objects();
  objects.emplace_back(model::MailServer(mk_server("mail/another")
                                             .hostnames({"another.example.com"})
                                             .backend(mk_service_backend("mailbox"))));
  Growing growing(std::move(objects));
  const Changes first = growing.remove({"MailServer", "mail", "another"});
  EXPECT_EQ(upserted(first), (Words{"SECRET mail/mail-tls", "LISTENER 143", "LISTENER 993"}));
  const Changes second = growing.remove({"MailServer", "mail", "example"});
  EXPECT_EQ(removed(second).back(), "SECRET mail/mail-tls");
  EXPECT_TRUE(growing.held.empty());
}

}  // namespace
}  // namespace postern::build
