// References to other namespaces, and the grants that let them (decision 0028).
#include <gtest/gtest.h>

#include "tests/unit/controller/build/growing.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

const model::ObjectKey kGrant{"ReferenceGrant", "certificates", "g"};

model::ReferenceGrant grant(const std::string& from, std::vector<model::GrantedObject> objects) {
  model::ReferenceGrant out;
  out.meta.key = kGrant;
  out.namespaces = {from};
  out.objects = std::move(objects);
  return out;
}

model::MailServer referring() {
  return working().with([](model::MailServer& server) {
    server.tls->certificate_refs = {{"mail-tls", "certificates"}};
  });
}

std::vector<model::Object> world_with(std::vector<model::Object> more) {
  std::vector<model::Object> out = {
      model::Object(referring()), mk_tls_secret("certificates/mail-tls", {"mail.example.com"}),
      mk_service("mail/dovecot", {mk_port("imap", 143), mk_port("imaps", 993)}),
      mk_slice("mail/a", "dovecot", {{"imap", "", 143}, {"imaps", "", 993}},
               {mk_endpoint("10.0.0.1")})};
  std::ranges::move(more, std::back_inserter(out));
  return out;
}

const config::ResourceKey kPair{config::ResourceType::Secret, "certificates/mail-tls"};

TEST(Grants, let_a_certificate_of_another_namespace_be_used) {
  Growing growing(world_with({grant("mail", {{"Secret", ""}})}));
  EXPECT_TRUE(growing.held.contains(kPair));
  EXPECT_TRUE(growing.verdict("mail", "example").problems.empty());
}

TEST(Grants, that_go_take_the_certificate_away_at_once) {
  Growing growing(world_with({grant("mail", {{"Secret", "mail-tls"}})}));
  ASSERT_TRUE(growing.held.contains(kPair));
  (void)growing.remove(kGrant);
  EXPECT_FALSE(growing.held.contains(kPair));
  EXPECT_EQ(growing.verdict("mail", "example").problems[0].reason, "RefNotPermitted");
}

TEST(Grants, that_shrink_take_away_what_they_do_not_name_any_more) {
  Growing growing(world_with({grant("mail", {{"Secret", ""}})}));
  (void)growing.apply(model::Object(grant("mail", {{"Secret", "other"}, {"ConfigMap", ""}})));
  EXPECT_FALSE(growing.held.contains(kPair));
}

TEST(Grants, that_come_later_let_it_be_served) {
  Growing growing(world_with({}));
  EXPECT_FALSE(growing.held.contains(kPair));
  (void)growing.apply(model::Object(grant("mail", {{"Secret", "mail-tls"}})));
  EXPECT_TRUE(growing.held.contains(kPair));
}

TEST(Grants, that_are_missing_say_nothing_of_whether_the_object_is_there) {
  const Scene there(world_with({}));
  std::vector<model::Object> without = world_with({});
  without.erase(without.begin() + 1);
  const Scene missing(std::move(without));
  ASSERT_FALSE(there.built.problems.empty());
  ASSERT_FALSE(missing.built.problems.empty());
  EXPECT_EQ(there.built.problems[0].message, missing.built.problems[0].message);
}

TEST(Grants, of_a_service_let_its_pods_be_backends) {
  auto backend = mk_service_backend("mailbox");
  std::get<model::ServiceBackend>(backend.where).service.object_namespace = "certificates";
  const model::MailServer server = mk_server().backend(backend);
  const auto scene = [&](std::vector<model::Object> more) {
    more.push_back(mk_tls_secret("mail/mail-tls", {"mail.example.com"}));
    more.push_back(
        mk_service("certificates/dovecot", {mk_port("imap", 143), mk_port("imaps", 993)}));
    more.push_back(mk_slice("certificates/a", "dovecot", {{"imap", "", 143}, {"imaps", "", 993}},
                            {mk_endpoint("10.0.0.1")}));
    return scene_of(server, std::move(more));
  };
  EXPECT_EQ(scene({}).problems(), Words{"RefNotPermitted spec.backends[0].service"});
  EXPECT_EQ(scene({grant("mail", {{"Service", "dovecot"}})}).problems(), Words{});
}

}  // namespace
}  // namespace postern::build
