#include "controller/world/world.h"

#include <gtest/gtest.h>

#include "tests/support/mk.h"

namespace postern::world {
namespace {

using namespace postern::testing;

World world_of(std::vector<model::Object> objects) {
  World world;
  EXPECT_TRUE(world.replace(std::move(objects)));
  return world;
}

model::Object example() { return mk_server().backend(mk_service_backend("mailbox")); }

TEST(World, finds_objects_by_namespace_and_name) {
  const World world =
      world_of({example(), mk_tls_secret("mail/mail-tls", {}),
                mk_config_map("mail/ca", "ca.crt", "x"), mk_service("mail/dovecot", {})});
  EXPECT_NE(world.secret("mail", "mail-tls"), nullptr);
  EXPECT_NE(world.config_map("mail", "ca"), nullptr);
  EXPECT_NE(world.service("mail", "dovecot"), nullptr);
  EXPECT_EQ(world.secret("other", "mail-tls"), nullptr);
  EXPECT_EQ(world.service("mail", "mail-tls"), nullptr);
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

TEST(World, equal_object_does_not_matter) {
  World world = world_of({example()});
  EXPECT_FALSE(world.apply(example()));
  EXPECT_FALSE(world.replace({example()}));
}

TEST(World, object_that_nobody_names_does_not_matter) {
  World world = world_of({example()});
  EXPECT_FALSE(world.apply(mk_tls_secret("mail/unrelated", {})));
  EXPECT_FALSE(world.apply(mk_service("other/dovecot", {})));
  EXPECT_FALSE(world.remove({"Secret", "mail", "unrelated"}));
}

TEST(World, object_that_somebody_names_matters) {
  World world = world_of({example()});
  EXPECT_TRUE(world.apply(mk_tls_secret("mail/mail-tls", {})));
  EXPECT_TRUE(world.apply(mk_service("mail/dovecot", {})));
  EXPECT_TRUE(world.apply(mk_slice("mail/dovecot-a", "dovecot", {}, {})));
  EXPECT_TRUE(world.remove({"EndpointSlice", "mail", "dovecot-a"}));
}

TEST(World, authorities_and_client_certificates_are_named_too) {
  model::BackendSpec backend = mk_service_backend("mailbox");
  backend.tls.ca_certificate_refs = {{"ConfigMap", "ca", "mail", "ca.crt"}};
  backend.tls.client_certificate_ref = model::ObjectRef{"proxy", "mail"};
  World world = world_of({mk_server().backend(backend)});
  EXPECT_TRUE(world.apply(mk_config_map("mail/ca", "ca.crt", "x")));
  EXPECT_TRUE(world.apply(mk_tls_secret("mail/proxy", {})));
}

TEST(World, reference_that_goes_takes_the_interest_with_it) {
  World world = world_of({example(), mk_tls_secret("mail/mail-tls", {})});
  EXPECT_TRUE(world.apply(mk_server().certificate("other").backend(mk_service_backend("mailbox"))));
  EXPECT_FALSE(world.apply(mk_tls_secret("mail/mail-tls", {"new.example.com"})));
}

TEST(World, slice_that_leaves_its_service_matters_once_more) {
  World world = world_of({example(), mk_slice("mail/s", "dovecot", {}, {})});
  EXPECT_TRUE(world.apply(mk_slice("mail/s", "postfix", {}, {})));
  EXPECT_FALSE(world.apply(mk_slice("mail/s", "exim", {}, {})));
}

TEST(World, replacing_removes_what_is_not_named) {
  World world = world_of({example(), mk_service("mail/dovecot", {})});
  EXPECT_TRUE(world.replace({example()}));
  EXPECT_EQ(world.service("mail", "dovecot"), nullptr);
  EXPECT_EQ(world.size(), 1U);
}

TEST(World, removing_what_is_not_there_does_not_matter) {
  World world = world_of({example()});
  EXPECT_FALSE(world.remove({"MailServer", "mail", "other"}));
  EXPECT_TRUE(world.remove({"MailServer", "mail", "example"}));
}

}  // namespace
}  // namespace postern::world
