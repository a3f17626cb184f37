// What a proxy takes as a way to log in at a backend, as a master's credentials, and as the list of
// those who may log in as others.
#include <functional>

#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"
#include "tests/unit/common/wire/spoiled.h"

namespace postern::wire {
namespace {

config::Backend mk_backend(config::BackendLogin login) {
  config::Backend backend;
  backend.name = "dovecot";
  backend.ports.push_back({});
  backend.ports[0].login = std::move(login);
  return backend;
}

config::BackendLogin mk_master() {
  return {config::LoginMethod::MasterUser, config::MasterForm::NameThenMaster, '%',
          "mail/credentials/master"};
}

config::Resource again(const config::ResourceBody& body) {
  auto decoded = decode(mk_message(body));
  EXPECT_TRUE(decoded.has_value()) << decoded.error().detail;
  return decoded ? std::move(*decoded) : config::Resource{};
}

pb::BackendLogin& login_of(pb::Resource& message) {
  return *message.mutable_backend()->mutable_ports(0)->mutable_login();
}

TEST(LoginCodec, carries_every_method_and_form) {
  for (const auto& [method, number] : kLoginMethods) {
    for (const auto& [form, form_number] : kMasterForms) {
      config::BackendLogin login{method, form, '!', ""};
      if (method == config::LoginMethod::MasterUser) login.master = "mail/credentials/master";
      const config::Backend backend = mk_backend(login);
      EXPECT_EQ(again(backend).get<config::Backend>(), backend);
    }
  }
}

TEST(LoginCodec, says_nothing_of_a_login_by_password) {
  EXPECT_FALSE(mk_message(mk_backend({})).backend().ports(0).has_login());
}

TEST(LoginCodec, refuses_by_field_a_login_that_nobody_can_do) {
  expect_each_refused(
      mk_backend(mk_master()),
      {{"ports[0].login.method", [](pb::Resource& m) { login_of(m).clear_method(); }},
       {"ports[0].login.form", [](pb::Resource& m) { login_of(m).clear_form(); }},
       {"ports[0].login.separator", [](pb::Resource& m) { login_of(m).clear_separator(); }},
       {"ports[0].login.separator", [](pb::Resource& m) { login_of(m).set_separator("%%"); }},
       {"ports[0].login.separator", [](pb::Resource& m) { login_of(m).set_separator("\n"); }},
       {"ports[0].login.master", [](pb::Resource& m) { login_of(m).clear_master(); }},
       {"ports[0].login.master",
        [](pb::Resource& m) { login_of(m).set_method(pb::LOGIN_METHOD_OAUTH_TOKEN); }}});
}

TEST(LoginCodec, refuses_credentials_that_would_be_another_command_and_does_not_tell_them) {
  expect_each_refused(
      config::SecretMaterial{config::Credentials{"master", SharedSecret("s3cret")}},
      {{"user",
        [](pb::Resource& m) {
          m.mutable_secret()->mutable_credentials()->set_user("a\r\nb LOGOUT");
        }},
       {"user", [](pb::Resource& m) { m.mutable_secret()->mutable_credentials()->clear_user(); }},
       {"password",
        [](pb::Resource& m) {
          m.mutable_secret()->mutable_credentials()->set_password("s3cret\r\n");
        }},
       {"password",
        [](pb::Resource& m) { m.mutable_secret()->mutable_credentials()->clear_password(); }}});
}

TEST(LoginCodec, wipes_a_password_out_of_a_message) {
  pb::Resource message;
  message.mutable_secret()->mutable_credentials()->set_password(std::string(100, 'k'));
  const char* octets = message.secret().credentials().password().data();
  wipe_secrets(message);
  EXPECT_TRUE(message.secret().credentials().password().empty());
  EXPECT_TRUE(std::all_of(octets, octets + 100, [](char c) { return c == '\0'; }));
}

TEST(LoginCodec, tells_nobody_from_no_list_of_master_users) {
  config::Server server;
  server.master_users.emplace();
  EXPECT_EQ(*again(server).as<config::Server>(), server);
  server.master_users.reset();
  EXPECT_EQ(*again(server).as<config::Server>(), server);
}

TEST(LoginCodec, refuses_by_field_master_users_without_a_name) {
  config::Server server;
  server.master_users = {'*', {"admin"}};
  expect_each_refused(
      server,
      {{"master_users.separator",
        [](pb::Resource& m) { m.mutable_server()->mutable_master_users()->set_separator("**"); }},
       {"master_users.allowed[0]",
        [](pb::Resource& m) { m.mutable_server()->mutable_master_users()->set_allowed(0, ""); }}});
}

}  // namespace
}  // namespace postern::wire
