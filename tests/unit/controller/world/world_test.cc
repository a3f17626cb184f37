#include "controller/world/world.h"

#include <gtest/gtest.h>

#include "tests/support/mk.h"

namespace postern::world {
namespace {

using namespace postern::testing;
using model::ObjectKey;

World world_of(std::vector<model::Object> objects) {
  World world;
  EXPECT_FALSE(world.replace(std::move(objects)).empty());
  return world;
}

model::Object example() { return mk_server().backend(mk_service_backend("mailbox")); }

const ObjectKey kExample{"MailServer", "mail", "example"};

using Servers = std::map<ObjectKey, Extent>;
const Servers kWhole{{kExample, Extent::Whole}};
const Servers kEndpoints{{kExample, Extent::Endpoints}};

model::MailClass mail_class(const std::string& name) {
  model::MailClass out;
  out.meta.key = model::mail_class_key(name);
  return out;
}

model::NamespaceObject name_space(const std::string& name, const std::string& plan = "small") {
  model::NamespaceObject out;
  out.meta.key = model::name_space_key(name);
  out.meta.labels = {{"plan", plan}};
  return out;
}

TEST(World, finds_objects_by_namespace_and_name) {
  const World world =
      world_of({example(), mk_tls_secret("mail/mail-tls", {}),
                mk_config_map("mail/ca", "ca.crt", "x"), mk_service("mail/dovecot", {})});
  EXPECT_NE(world.secret("mail", "mail-tls"), nullptr);
  EXPECT_NE(world.config_map("mail", "ca"), nullptr);
  EXPECT_NE(world.service("mail", "dovecot"), nullptr);
  EXPECT_EQ(world.secret("other", "mail-tls"), nullptr);
  EXPECT_EQ(world.service("mail", "mail-tls"), nullptr);
  EXPECT_NE(world.mail_server(kExample), nullptr);
  EXPECT_EQ(world.mail_server({"MailServer", "mail", "other"}), nullptr);
}

TEST(World, finds_classes_and_namespaces_by_name) {
  const World world = world_of({mail_class("postern"), name_space("mail")});
  EXPECT_NE(world.mail_class("postern"), nullptr);
  EXPECT_EQ(world.mail_class("mail"), nullptr);
  EXPECT_NE(world.name_space("mail"), nullptr);
  EXPECT_EQ(world.name_space("postern"), nullptr);
}

TEST(World, gives_mail_servers_oldest_first_then_by_path) {
  const World world = world_of({mk_server("a/young").created("2026-03-01T00:00:00Z"),
                                mk_server("z/old").created("2026-01-01T00:00:00Z"),
                                mk_server("b/same").created("2026-02-01T00:00:00Z"),
                                mk_server("a/same").created("2026-02-01T00:00:00Z")});
  std::vector<std::string> order;
  for (const model::MailServer* server : world.mail_servers()) {
    order.push_back(server->meta.key.path());
  }
  EXPECT_EQ(order, (std::vector<std::string>{"z/old", "a/same", "b/same", "a/young"}));
}

TEST(World, mail_server_that_is_made_anew_stands_at_its_new_age_only) {
  World world = world_of({mk_server("a/one").created("2026-01-01T00:00:00Z"),
                          mk_server("b/two").created("2026-02-01T00:00:00Z")});
  (void)world.apply(mk_server("a/one").created("2026-03-01T00:00:00Z"));
  ASSERT_EQ(world.mail_servers().size(), 2U);
  EXPECT_EQ(world.mail_servers()[0]->meta.key.path(), "b/two");
}

TEST(World, gives_the_slices_of_a_service_only) {
  const World world = world_of({example(), mk_slice("mail/dovecot-b", "dovecot", {}, {}),
                                mk_slice("mail/dovecot-a", "dovecot", {}, {}),
                                mk_slice("mail/postfix-a", "postfix", {}, {}),
                                mk_slice("other/dovecot-c", "dovecot", {}, {})});
  const auto slices = world.slices("mail", "dovecot");
  ASSERT_EQ(slices.size(), 2U);
  EXPECT_EQ(slices[0]->meta.key.name, "dovecot-a");
  EXPECT_EQ(slices[1]->meta.key.name, "dovecot-b");
}

TEST(World, equal_object_touches_nobody) {
  World world = world_of({example()});
  EXPECT_TRUE(world.apply(example()).empty());
  EXPECT_TRUE(world.replace({example()}).empty());
}

TEST(World, object_that_nobody_names_touches_nobody) {
  World world = world_of({example()});
  EXPECT_TRUE(world.apply(mk_tls_secret("mail/unrelated", {})).empty());
  EXPECT_TRUE(world.apply(mk_service("other/dovecot", {})).empty());
  EXPECT_TRUE(world.remove({"Secret", "mail", "unrelated"}).empty());
}

TEST(World, object_that_was_awaited_touches_whoever_names_it) {
  World world = world_of({example()});
  EXPECT_EQ(world.apply(mk_tls_secret("mail/mail-tls", {})).servers, kWhole);
  EXPECT_EQ(world.apply(mk_service("mail/dovecot", {})).servers, kWhole);
  EXPECT_EQ(world.remove({"Service", "mail", "dovecot"}).servers, kWhole);
}

TEST(World, only_those_who_name_the_object_are_touched) {
  World world = world_of({example(), mk_server("mail/other").certificate("other-tls")});
  EXPECT_EQ(world.apply(mk_tls_secret("mail/mail-tls", {})).servers, kWhole);
  EXPECT_EQ(world.apply(mk_tls_secret("mail/other-tls", {})).servers,
            (Servers{{{"MailServer", "mail", "other"}, Extent::Whole}}));
}

TEST(World, slices_touch_endpoints_only) {
  World world = world_of({example(), mk_service("mail/dovecot", {})});
  EXPECT_EQ(world.apply(mk_slice("mail/dovecot-a", "dovecot", {}, {})).servers, kEndpoints);
  EXPECT_EQ(world.apply(mk_slice("mail/dovecot-a", "dovecot", {{"imap", "", 143}}, {})).servers,
            kEndpoints);
  EXPECT_EQ(world.remove({"EndpointSlice", "mail", "dovecot-a"}).servers, kEndpoints);
}

TEST(World, addresses_of_a_service_touch_endpoints_only_and_ports_the_whole) {
  model::ServiceObject service = mk_service("mail/dovecot", {mk_port("imap", 143)});
  World world = world_of({example(), service});
  service.addresses = {*IpAddress::parse("127.0.0.11")};
  service.meta.annotations["postern.dev/addresses"] = "127.0.0.11";
  EXPECT_EQ(world.apply(service).servers, kEndpoints);
  service.ports.push_back(mk_port("imaps", 993));
  EXPECT_EQ(world.apply(service).servers, kWhole);
  service.has_selector = !service.has_selector;
  EXPECT_EQ(world.apply(service).servers, kWhole);
}

TEST(World, authorities_and_client_certificates_are_named_too) {
  model::BackendSpec backend = mk_service_backend("mailbox");
  backend.tls.ca_certificate_refs = {{"ConfigMap", "ca", "mail", "ca.crt"}};
  backend.tls.client_certificate_ref = model::ObjectRef{"proxy", "mail"};
  World world = world_of({mk_server().backend(backend)});
  EXPECT_EQ(world.apply(mk_config_map("mail/ca", "ca.crt", "x")).servers, kWhole);
  EXPECT_EQ(world.apply(mk_tls_secret("mail/proxy", {})).servers, kWhole);
}

TEST(World, reference_that_goes_takes_the_interest_with_it) {
  World world = world_of({example(), mk_tls_secret("mail/mail-tls", {})});
  EXPECT_EQ(
      world.apply(mk_server().certificate("other").backend(mk_service_backend("mailbox"))).servers,
      kWhole);
  EXPECT_TRUE(world.apply(mk_tls_secret("mail/mail-tls", {"new.example.com"})).empty());
}

TEST(World, slice_that_leaves_its_service_touches_once_more) {
  World world = world_of({example(), mk_slice("mail/s", "dovecot", {}, {})});
  EXPECT_EQ(world.apply(mk_slice("mail/s", "postfix", {}, {})).servers, kEndpoints);
  EXPECT_TRUE(world.slices("mail", "dovecot").empty());
  EXPECT_TRUE(world.apply(mk_slice("mail/s", "exim", {}, {})).empty());
}

TEST(World, class_touches_all) {
  World world = world_of({example(), mail_class("postern")});
  EXPECT_TRUE(world.apply(mail_class("postern")).empty());
  EXPECT_TRUE(world.apply(mail_class("other")).all);
  EXPECT_TRUE(world.remove(model::mail_class_key("postern")).all);
}

TEST(World, load_balancers_that_a_class_names_touch_all) {
  model::MailClass believing = mail_class("postern");
  believing.proxy_protocol.emplace().trusted_services = {{"traefik", "edge"}};
  World world = world_of({example(), believing});
  EXPECT_TRUE(world.apply(mk_slice("edge/traefik-1", "traefik", {}, {})).all);
  EXPECT_TRUE(world.apply(mk_service("edge/traefik", {})).all);
  EXPECT_FALSE(world.apply(mk_service("edge/other", {})).all);
  (void)world.apply(mail_class("postern"));
  EXPECT_FALSE(world.remove({"Service", "edge", "traefik"}).all);
}

TEST(World, namespace_touches_those_in_it_when_its_labels_are_others) {
  World world = world_of({example()});
  const auto touched = [](const Touched& one) { return one.all ? Servers{} : one.servers; };
  EXPECT_TRUE(world.apply(name_space("another")).empty());
  EXPECT_EQ(touched(world.apply(name_space("mail"))), kWhole);
  model::NamespaceObject annotated = name_space("mail");
  annotated.meta.annotations["seen"] = "today";
  EXPECT_TRUE(world.apply(annotated).empty());
  EXPECT_EQ(touched(world.apply(name_space("mail", "large"))), kWhole);
  EXPECT_EQ(touched(world.remove(model::name_space_key("mail"))), kWhole);
}

TEST(World, replacing_removes_what_is_not_named) {
  World world = world_of({example(), mk_service("mail/dovecot", {})});
  EXPECT_EQ(world.replace({example()}).servers, kWhole);
  EXPECT_EQ(world.service("mail", "dovecot"), nullptr);
  EXPECT_EQ(world.size(), 1U);
}

TEST(World, removing_what_is_not_there_touches_nobody) {
  World world = world_of({example()});
  EXPECT_TRUE(world.remove({"MailServer", "mail", "other"}).empty());
  EXPECT_EQ(world.remove(kExample).servers, kWhole);
  EXPECT_TRUE(world.mail_servers().empty());
}

TEST(Touched, of_two_extents_the_larger_holds) {
  Touched touched;
  touched.add(kExample, Extent::Endpoints);
  Touched other;
  other.add(kExample, Extent::Whole);
  touched.merge(other);
  EXPECT_EQ(touched.servers, kWhole);
  touched.add(kExample, Extent::Endpoints);
  EXPECT_EQ(touched.servers, kWhole);
}

model::ReferenceGrant grant(const std::string& object_namespace, const std::string& from,
                            std::vector<model::GrantedObject> objects) {
  model::ReferenceGrant out;
  out.meta.key = {"ReferenceGrant", object_namespace, "g"};
  out.namespaces = {from};
  out.objects = std::move(objects);
  return out;
}

TEST(World, knows_what_grants_let_whom_refer_to) {
  const World world = world_of({example(), grant("certificates", "mail", {{"Secret", "tls"}}),
                                grant("lists", "mail", {{"ConfigMap", ""}})});
  EXPECT_TRUE(world.grants("mail", {"Secret", "certificates", "tls"}));
  EXPECT_FALSE(world.grants("mail", {"Secret", "certificates", "other"}));
  EXPECT_FALSE(world.grants("mail", {"ConfigMap", "certificates", "tls"}));
  EXPECT_FALSE(world.grants("web", {"Secret", "certificates", "tls"}));
  EXPECT_FALSE(world.grants("mail", {"Secret", "lists", "tls"}));
  EXPECT_TRUE(world.grants("mail", {"ConfigMap", "lists", "any"}));
}

TEST(World, grant_touches_those_of_other_namespaces_that_name_something_there) {
  model::MailServer server = mk_server().backend(mk_service_backend("mailbox"));
  server.tls->certificate_refs = {{"tls", "certificates"}};
  World world = world_of({model::Object(server)});
  EXPECT_EQ(world.apply(model::Object(grant("certificates", "mail", {{"Secret", ""}}))).servers,
            kWhole);
  EXPECT_EQ(world.remove({"ReferenceGrant", "certificates", "g"}).servers, kWhole);
  EXPECT_TRUE(world.apply(model::Object(grant("lists", "mail", {{"Secret", ""}}))).empty());
  EXPECT_TRUE(world.apply(model::Object(grant("mail", "web", {{"Secret", ""}}))).empty());
}

}  // namespace
}  // namespace postern::world
