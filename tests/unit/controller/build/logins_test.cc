// How backends are logged in at, and who may log in as others: from what is written.
#include "controller/build/logins.h"

#include <algorithm>
#include <functional>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

using config::LoginMethod;

model::ProviderSpec mk_http() {
  model::ProviderSpec provider;
  provider.name = "accounts";
  model::HttpProviderSpec http;
  http.style = "AuthHTTP";
  http.endpoint.url.host = "192.0.2.9";
  http.endpoint.tls.server_name = "auth.example";
  provider.kind = http;
  return provider;
}
model::SecretObject mk_master(const std::string& user = "master") {
  model::SecretObject secret = mk_secret("mail/master", "username", user);
  secret.type = "kubernetes.io/basic-auth";
  secret.data["password"] = SharedSecret("m4ster");
  return secret;
}
model::LoginSpec by_master(const std::string& form = "") {
  model::LoginSpec login;
  login.method = "MasterUser";
  login.form = form;
  login.secret = model::ObjectRef{"master", "mail"};
  return login;
}

// With an auth service, the master's Secret, and this login.
Scene with_login(const model::LoginSpec& login, std::vector<model::Object> more = {mk_master()}) {
  model::BackendSpec backend = mk_service_backend("mailbox");
  backend.login = login;
  for (model::Object& one : rest()) more.push_back(std::move(one));
  return scene_of(mk_server().backend(backend).with([](model::MailServer& server) {
    server.providers = {mk_http()};
    server.protocols[0].mechanisms = Words{"PLAIN", "XOAUTH2"};
  }),
                  std::move(more));
}

TEST(Logins, by_a_master_name_his_secret_and_ask_for_proxies_that_know) {
  const Scene scene = with_login(by_master("NameThenMaster"));
  EXPECT_EQ(scene.problems(), Words{});
  const config::BackendLogin& login = scene.backend()->ports[0].login;
  EXPECT_EQ(login.method, LoginMethod::MasterUser);
  EXPECT_EQ(login.form, config::MasterForm::NameThenMaster);
  EXPECT_EQ(login.separator, '*');
  EXPECT_EQ(login.master, "mail/credentials/master");
  const auto* secret = scene.find<config::SecretMaterial>("mail/credentials/master");
  ASSERT_NE(secret, nullptr);
  EXPECT_EQ(std::get<config::Credentials>(*secret).user, "master");
  for (const config::Resource& one : scene.built.resources) {
    if (one.type() == config::ResourceType::Backend) {
      EXPECT_EQ(one.required_features, Words{"backend-login"});
    }
  }
}

struct Row {
  const char* why;
  std::function<void(model::LoginSpec&, model::SecretObject&)> spoil;
  const char* problem;
};

TEST(Logins, that_cannot_be_done_are_refused_by_field_and_nobody_serves_the_backend) {
  using L = model::LoginSpec;
  using S = model::SecretObject;
  const Row rows[] = {
      {"no such Secret", [](L& l, S&) { l.secret->name = "other"; },
       "SecretNotFound spec.backends[0].login.secretRef"},
      {"another type", [](L&, S& s) { s.type = "Opaque"; },
       "InvalidSecret spec.backends[0].login.secretRef"},
      {"no password", [](L&, S& s) { s.data.erase("password"); },
       "InvalidSecret spec.backends[0].login.secretRef"},
      {"a line's end", [](L&, S& s) { s.data["password"] = SharedSecret("x\n"); },
       "InvalidSecret spec.backends[0].login.secretRef"},
      {"the separator in the master's name",
       [](L& l, S& s) {
         l.form = "NameThenMaster";
         s.data["username"] = SharedSecret("a*b");
       },
       "InvalidSecret spec.backends[0].login.secretRef"},
      {"LOGIN has no authorization identity", [](L& l, S&) { l.mechanism = "LOGIN"; },
       "InvalidField spec.backends[0].login.mechanism"},
      {"a mechanism for passwords, and a token",
       [](L& l, S&) { l = {"OAuthToken", "PLAIN", "", "", {}}; },
       "InvalidField spec.backends[0].login.mechanism"},
  };
  for (const Row& row : rows) {
    model::LoginSpec login = by_master();
    model::SecretObject secret = mk_master();
    row.spoil(login, secret);
    const Scene scene = with_login(login, {secret});
    ASSERT_FALSE(scene.problems().empty()) << row.why;
    EXPECT_EQ(scene.problems()[0], row.problem) << row.why;
    EXPECT_TRUE(scene.endpoints()->endpoints.empty()) << row.why;
    EXPECT_EQ(scene.backend()->ports[0].login.master, "") << row.why;
  }
}

TEST(Logins, a_missing_secret_takes_no_mechanism_away) {
  model::BackendSpec backend = mk_service_backend("mailbox");
  backend.login = by_master();
  const Scene scene = scene_of(mk_server().backend(backend).with([](model::MailServer& server) {
    server.providers = {mk_http()};
    server.protocols[0].mechanisms = Words{"CRAM-MD5"};
  }));
  EXPECT_EQ(scene.problems(), Words{"SecretNotFound spec.backends[0].login.secretRef"});
  EXPECT_TRUE(scene.server()->protocols[0].mechanisms.has(Mechanism::CramMd5));
}

TEST(Logins, by_certificate_are_refused_where_no_tls_shows_it) {
  model::BackendSpec backend = mk_service_backend("mailbox");
  backend.login.method = "ClientCertificate";
  backend.tls.mode = "Disabled";
  const Scene scene = scene_of(mk_server().backend(backend).with(
      [](model::MailServer& server) { server.providers = {mk_http()}; }));
  const auto problems = scene.problems();
  EXPECT_NE(std::ranges::find(problems, "InvalidField spec.backends[0].login.method"),
            problems.end());
}

TEST(Logins, of_a_port_replace_those_of_the_backend) {
  model::BackendSpec backend = mk_service_backend("mailbox");
  backend.login = by_master();
  backend.ports.push_back({});
  backend.ports[0].login.emplace().method = "OAuthToken";
  const Scene scene = scene_of(mk_server().backend(backend).with([](model::MailServer& server) {
    server.providers = {mk_http()};
    server.protocols[0].mechanisms = Words{"XOAUTH2"};
  }));
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_EQ(scene.backend()->ports[0].login.method, LoginMethod::OAuthToken);
}

// ---- master users
// --------------------------------------------------------------------------------

Scene with_masters(const model::MasterUsersSpec& masters, const std::string& method = "Password") {
  model::BackendSpec backend = mk_service_backend("mailbox");
  backend.login.method = method;
  return scene_of(mk_server().backend(backend).with([&](model::MailServer& server) {
    server.providers = {mk_http()};
    server.protocols[0].mechanisms = Words{"XOAUTH2"};
    server.master_users = masters;
  }));
}

TEST(MasterUsers, are_given_in_lower_case_to_proxies_that_know_of_them) {
  const Scene scene = with_masters({"%", {"Root@Example.com", "admin"}});
  EXPECT_EQ(scene.problems(), Words{});
  ASSERT_TRUE(scene.server()->master_users);
  EXPECT_EQ(scene.server()->master_users->separator, '%');
  EXPECT_EQ(scene.server()->master_users->allowed, (Words{"admin", "root@example.com"}));
  for (const config::Resource& one : scene.built.resources) {
    if (one.type() != config::ResourceType::Server) continue;
    EXPECT_EQ(one.required_features, (Words{"master-users", "providers"}));
    EXPECT_EQ(one.on_unsupported, config::OnUnsupported::DropServer);
  }
}

TEST(MasterUsers, whose_separator_makes_other_names_two_are_refused_and_then_nobody_may) {
  const auto refused = [](const model::UsersSpec& users, const std::string& name) {
    model::MailServer server = working();
    server.users = users;
    server.master_users = model::MasterUsersSpec{"-", {name}};
    const Scene scene = scene_of(server);
    const auto& built = scene.server()->master_users;
    EXPECT_TRUE(built && (scene.problems().empty() || *built == config::MasterUsers{}));
    return scene.problems();
  };
  const Words unclear{"InvalidField spec.users.masterUsers.separator"};
  EXPECT_EQ(refused({}, "admin"), Words{});
  EXPECT_EQ(refused({"", "", "-"}, "admin"), unclear);
  EXPECT_EQ(refused({"", "my-mail.example", ""}, "admin"), unclear);
  EXPECT_EQ(refused({}, "the-admin"), unclear);
}

TEST(MasterUsers, who_could_never_log_in_are_refused_and_then_nobody_may) {
  const Scene scene = with_masters({"", {"admin"}}, "OAuthToken");
  EXPECT_EQ(scene.problems(), Words{"InvalidField spec.users.masterUsers"});
  ASSERT_TRUE(scene.server()->master_users) << "its absence would leave it to the mail pod";
  EXPECT_TRUE(scene.server()->master_users->allowed.empty());
}

}  // namespace
}  // namespace postern::build
