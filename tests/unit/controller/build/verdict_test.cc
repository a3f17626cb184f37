// What is said of a MailServer as a whole, and of each of its listeners.
#include <gtest/gtest.h>

#include "tests/unit/controller/build/growing.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

Verdict verdict_on(const model::MailServer& server, std::vector<model::Object> others = rest()) {
  others.emplace_back(server);
  return Growing(std::move(others)).verdict("mail", "example");
}

Words off(const Verdict& verdict) {
  Words out;
  for (const ListenerVerdict& one : verdict.listeners) {
    EXPECT_EQ(one.off_reason.empty(), one.off_message.empty());
    out.push_back(std::to_string(one.port) + " " + one.off_reason);
  }
  return out;
}

TEST(Verdict, of_one_that_works_has_its_listeners_and_what_is_its_own) {
  const Verdict verdict = verdict_on(working());
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.uid, "uid-of-example");
  EXPECT_EQ(verdict.generation, 1);
  EXPECT_EQ(off(verdict), (Words{"143 ", "993 "}));
  EXPECT_EQ(verdict.listeners[1].tls, config::ListenerTls::Implicit);
  Words names;
  for (const config::ResourceKey& key : verdict.resources) {
    names.push_back(std::string(name_of(key.type)) + " " + key.name);
  }
  EXPECT_EQ(names, (Words{"SECRET mail/mail-tls", "BACKEND mail/example/mailbox",
                          "ENDPOINTS mail/example/mailbox", "SERVER mail/example"}));
}

TEST(Verdict, of_one_without_certificate_says_so_at_each_listener_that_needs_it) {
  const Verdict verdict = verdict_on(working().certificate("missing").imap(
      mk_imap({mk_listener(143, "Disabled", "Allow"), mk_listener(993, "Implicit")})));
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(off(verdict), (Words{"143 ", "993 SecretNotFound"}));
}

TEST(Verdict, of_one_whose_protocol_is_not_offered_says_why_at_its_listeners) {
  std::vector<model::Object> others = rest();
  others.emplace_back(mk_service("mail/dovecot", {mk_port("smtp", 25)}));
  const Verdict verdict = verdict_on(working(), others);
  EXPECT_FALSE(verdict.accepted);
  EXPECT_EQ(off(verdict), (Words{"143 PortNotFound", "993 PortNotFound"}));
  EXPECT_TRUE(verdict.resources.empty());
}

TEST(Verdict, of_one_that_the_class_refuses_has_its_reason_everywhere) {
  std::vector<model::Object> others = rest();
  model::MailClass mail_class;
  mail_class.meta.key = model::mail_class_key("postern");
  mail_class.namespaces.emplace(1);
  mail_class.namespaces->front().selector.match_labels["no"] = "such";
  others.emplace_back(mail_class);
  const Verdict verdict = verdict_on(working(), others);
  EXPECT_EQ(off(verdict), (Words{"143 NamespaceNotAllowed", "993 NamespaceNotAllowed"}));
  EXPECT_EQ(reasons(verdict), Words{"NamespaceNotAllowed "});
}

// Of its hostnames one is left, so the other is not why.
TEST(Verdict, of_one_that_is_refused_has_the_reason_of_what_refused_it) {
  model::MailClass mail_class;
  mail_class.meta.key = model::mail_class_key("postern");
  mail_class.namespaces.emplace(1);
  mail_class.namespaces->front().hostnames = {"example.com"};
  mail_class.namespaces->front().domains = {"a.example"};
  std::vector<model::Object> others = rest();
  others.emplace_back(mail_class);
  MkServer server = working().hostnames({"x.org", "mail.example.com"});
  const Verdict verdict = verdict_on(server, others);
  EXPECT_EQ(off(verdict), (Words{"143 DomainNotAllowed", "993 DomainNotAllowed"}));
  EXPECT_EQ(reasons(verdict),
            (Words{"DomainNotAllowed spec.domains", "HostnameNotAllowed spec.hostnames[0]"}));
  server.with(
      [](model::MailServer& spec) { spec.domains_from = {{"customers", "bolt", "domains"}}; });
  const Verdict closed = verdict_on(server, others);
  EXPECT_EQ(off(closed), (Words{"143 RefNotPermitted", "993 RefNotPermitted"}));
  EXPECT_EQ(reasons(closed),
            (Words{"RefNotPermitted spec.domainsFrom[0]", "NoListeners spec.protocols",
                   "HostnameNotAllowed spec.hostnames[0]"}));
}

TEST(Verdict, of_a_port_that_is_not_open_is_told_and_the_other_serves) {
  std::vector<model::Object> others = rest();
  model::MailClass mail_class;
  mail_class.meta.key = model::mail_class_key("postern");
  mail_class.ports.emplace(1);
  mail_class.ports->front().port = 993;
  others.emplace_back(mail_class);
  const Verdict verdict = verdict_on(working(), others);
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(off(verdict), (Words{"143 PortNotServed", "993 "}));
  EXPECT_EQ(reasons(verdict), Words{"PortNotServed spec.protocols.imap.listeners[0]"});
}

TEST(Verdict, of_a_port_with_another_tls_is_a_conflict) {
  std::vector<model::Object> others = rest();
  others.emplace_back(model::MailServer(mk_server("mail/another")
                                            .hostnames({"another.example.com"})
                                            .imap(mk_imap({mk_listener(993, "StartTLS")}))
                                            .backend(mk_service_backend("mailbox"))));
  EXPECT_EQ(off(verdict_on(working(), others)), (Words{"143 ", "993 ProtocolConflict"}));
}

}  // namespace
}  // namespace postern::build
