// Domains that stand in ConfigMaps: who gets them, and what is there while they are wrong.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/unit/controller/build/growing.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

constexpr const char* kDomainTable = "mail/ConfigMap/customers#domains/domains";
const config::ResourceKey kTableKey{config::ResourceType::Table, kDomainTable};
const model::ObjectKey kCustomers{"ConfigMap", "mail", "customers"};

model::ConfigMapObject customers(const std::string& text) {
  return mk_config_map("mail/customers", "domains", text);
}

MkServer naming(std::vector<model::ConfigMapKeyRef> refs) {
  return working().with([&](model::MailServer& server) { server.domains_from = refs; });
}

MkServer naming_customers() { return naming({{"customers", "mail", "domains"}}); }

// One of the same namespace, which counts as older than mail/example.
MkServer another(std::vector<std::string> domains, std::vector<model::ConfigMapKeyRef> refs = {}) {
  return mk_server("mail/another")
      .hostnames({"b.example.com"})
      .backend(mk_service_backend("mailbox"))
      .with([&](model::MailServer& server) {
        server.domains = domains;
        server.domains_from = refs;
      });
}

std::vector<model::Object> among_others(std::vector<model::Object> objects) {
  std::vector<model::Object> out = rest();
  out[0] = mk_tls_secret("mail/mail-tls", {"mail.example.com", "b.example.com"});
  for (model::Object& object : objects) out.push_back(std::move(object));
  return out;
}

Words keys_of(const config::Resource& resource) {
  Words out;
  for (const config::TableLine& line : std::get<config::Table>(resource.body).lines) {
    out.push_back(line.key);
  }
  return out;
}

TEST(DomainTables, are_resources_that_bound_a_server_and_need_a_proxy_that_knows) {
  Growing growing(among_others({customers("B.example\na.example"), naming_customers()}));
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), Words{});
  EXPECT_EQ(keys_of(growing.held.at(kTableKey)), (Words{"a.example", "b.example"}));
  EXPECT_EQ(growing.held.at(kTableKey).required_features, Words{"domains"});
  const auto& resource = growing.held.at({config::ResourceType::Server, "mail/example"});
  const auto& server = *resource.as<config::Server>();
  EXPECT_EQ(server.domain_tables, Words{kDomainTable});
  EXPECT_FALSE(server.takes_every_domain());
  EXPECT_EQ(resource.required_features, Words{"domains"});
  EXPECT_EQ(resource.on_unsupported, config::OnUnsupported::DropServer);
}

TEST(DomainTables, that_are_edited_change_nothing_else) {
  Growing growing(among_others({customers("a.example"), naming_customers()}));
  EXPECT_EQ(upserted(growing.apply(customers("a.example\nb.example"))),
            Words{std::string("TABLE ") + kDomainTable});
}

TEST(DomainTables, that_were_never_good_are_empty_and_bound_it_all_the_same) {
  for (const auto& objects :
       {among_others({naming_customers()}),
        among_others({mk_config_map("mail/customers", "other", ""), naming_customers()}),
        among_others({customers("a.example\nno domain"), naming_customers()})}) {
    Growing growing(objects);
    const Verdict& verdict = growing.verdict("mail", "example");
    ASSERT_EQ(verdict.problems.size(), 1U);
    EXPECT_EQ(verdict.problems[0].field, "spec.domainsFrom[0]");
    EXPECT_TRUE(verdict.problems[0].message.ends_with("no domain is taken from it"))
        << verdict.problems[0].message;
    EXPECT_TRUE(verdict.accepted);
    EXPECT_EQ(keys_of(growing.held.at(kTableKey)), Words{});
  }
}

TEST(DomainTables, without_a_line_are_good_and_empty) {
  Growing growing(among_others({customers(""), naming_customers()}));
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), Words{});
  EXPECT_EQ(keys_of(growing.held.at(kTableKey)), Words{});
}

TEST(DomainTables, that_become_bad_or_go_leave_the_good_one_before) {
  Growing growing(among_others({customers("a.example"), naming_customers()}));
  for (const auto& spoil : {+[](Growing& it) { return it.apply(customers("a,example")); },
                            +[](Growing& it) { return it.remove(kCustomers); }}) {
    EXPECT_TRUE(spoil(growing).upserts.empty());
    const Verdict& verdict = growing.verdict("mail", "example");
    ASSERT_EQ(verdict.problems.size(), 1U);
    EXPECT_TRUE(verdict.problems[0].message.ends_with("the table before it stays in force"));
    EXPECT_EQ(keys_of(growing.held.at(kTableKey)), Words{"a.example"});
  }
  EXPECT_EQ(upserted(growing.apply(customers("b.example"))),
            Words{std::string("TABLE ") + kDomainTable});
}

TEST(DomainTables, of_another_namespace_alone_let_nothing_be_served) {
  Growing growing(among_others({naming({{"customers", "bolt", "domains"}})}));
  EXPECT_EQ(reasons(growing.verdict("mail", "example")),
            (Words{"RefNotPermitted spec.domainsFrom[0]", "NoListeners spec.protocols"}));
  EXPECT_FALSE(growing.verdict("mail", "example").accepted);
  EXPECT_TRUE(growing.held.empty());
}

TEST(DomainTables, lose_to_the_older_one_what_both_name) {
  Growing growing(among_others({customers("a.example\nb.example\nown.example"), naming_customers(),
                                another({"a.example", "b.example"})}));
  const Words lost{"DomainConflict spec.domainsFrom[0]", "DomainConflict spec.domainsFrom[0]"};
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), lost) << "one for each port";
  EXPECT_EQ(growing.verdict("mail", "example").problems[0].message,
            "older MailServers have a.example, b.example on port 143: users of them come to this "
            "one by its hostnames only");
  EXPECT_EQ(judged(growing.apply(another({"b.example"}))), (Words{"mail/another", "mail/example"}));
  EXPECT_TRUE(growing.verdict("mail", "example")
                  .problems[0]
                  .message.starts_with("an older MailServer has b.example on port 143:"));
  EXPECT_EQ(judged(growing.apply(customers("own.example"))), Words{"mail/example"});
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), Words{});
}

TEST(DomainTables, that_two_name_are_the_older_ones) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += fmt::format("d{}.example\n", i);
  Growing growing(among_others(
      {customers(text), naming_customers(), another({}, {{"customers", "mail", "domains"}})}));
  EXPECT_EQ(reasons(growing.verdict("mail", "another")), Words{});
  ASSERT_EQ(growing.verdict("mail", "example").problems.size(), 2U);
  EXPECT_TRUE(growing.verdict("mail", "example")
                  .problems[1]
                  .message.starts_with("older MailServers have d0.example, d1.example, d2.example "
                                       "and 7 more on port 993:"));
  (void)growing.remove({"MailServer", "mail", "another"});
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), Words{});
}

TEST(DomainTables, that_one_names_twice_are_no_loss) {
  Growing growing(
      among_others({customers("a.example"),
                    naming({{"customers", "mail", "domains"}, {"customers", "mail", "domains"}})
                        .with([](model::MailServer& server) { server.domains = {"a.example"}; })}));
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), Words{});
}

// The older one's port is off: nobody there has its domains.
TEST(DomainTables, are_had_by_nobody_who_is_not_served) {
  Growing growing(
      among_others({customers("a.example"), naming_customers(), another({"a.example"})}));
  EXPECT_FALSE(growing.verdict("mail", "example").problems.empty());
  (void)growing.apply(model::MailServer(
      another({"a.example"}).with([](model::MailServer& server) { server.backends.clear(); })));
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), Words{});
}

model::MailClass allowing(std::vector<std::string> domains) {
  model::MailClass out;
  out.meta.key = model::mail_class_key("postern");
  model::NamespaceRule rule;
  rule.name = "all";
  rule.domains = std::move(domains);
  out.namespaces = {std::move(rule)};
  return out;
}

TEST(DomainTables, are_without_what_the_class_keeps_away) {
  Growing growing(among_others({customers("z.com\na.example\nx.org\nb.a.example\ny.org\nw.org"),
                                naming_customers(), allowing({"a.example"})}));
  EXPECT_EQ(keys_of(growing.held.at(kTableKey)), (Words{"a.example", "b.a.example"}));
  const Verdict& verdict = growing.verdict("mail", "example");
  EXPECT_EQ(reasons(verdict), Words{"DomainNotAllowed spec.domainsFrom[0]"});
  EXPECT_EQ(verdict.problems[0].message,
            "ConfigMap mail/customers, line 1: z.com; line 3: x.org; line 5: y.org; and 1 more: "
            "not for this namespace: rule all of the class allows a.example and domains below");
  (void)growing.apply(allowing({"org"}));
  EXPECT_EQ(keys_of(growing.held.at(kTableKey)), (Words{"w.org", "x.org", "y.org"}));
  (void)growing.apply(allowing({}));
  EXPECT_EQ(keys_of(growing.held.at(kTableKey)).size(), 6U);
}

TEST(DomainTables, of_which_the_class_allows_nothing_take_nobody) {
  Growing growing(among_others({customers("x.org"), naming_customers(), allowing({"a.example"})}));
  EXPECT_EQ(keys_of(growing.held.at(kTableKey)), Words{});
  EXPECT_TRUE(growing.verdict("mail", "example").accepted);
}

TEST(DomainTables, of_a_hundred_thousand_are_shared_by_all_who_name_them) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += fmt::format("customer-{}.example\n", i);
  Growing growing(among_others({customers(text), naming_customers()}));
  EXPECT_EQ(keys_of(growing.held.at(kTableKey)).size(), 100'000U);
  EXPECT_TRUE(growing.apply(another({}, {{"customers", "mail", "domains"}})).resources > 0);
  EXPECT_EQ(growing.verdict("mail", "example").problems.size(), 2U);
}

}  // namespace
}  // namespace postern::build
