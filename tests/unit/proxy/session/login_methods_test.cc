// A whole session with each way of logging in at the backend, and with master users: what the pod
// hears, and what the client hears of it.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "proxy/grammar/base64.h"
#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using config::LoginMethod;
using policy::Accept;

std::string encoded(ByteView text) { return grammar::base64::encode(text); }

config::Provider mk_http(config::Strictness strictness = config::Strictness::Strict) {
  config::Provider provider;
  provider.name = "accounts";
  for (const Mechanism mechanism : kMechanisms) provider.mechanisms.add(mechanism);
  config::HttpProvider http;
  http.style = config::AuthStyle::AuthHttp;
  http.strictness = strictness;
  provider.kind = std::move(http);
  return provider;
}

config::Provider mk_json() {
  config::Provider provider = mk_http();
  provider.name = "documents";
  std::get<config::HttpProvider>(provider.kind).style = config::AuthStyle::Json;
  return provider;
}

config::Provider mk_pod() {
  config::Provider provider;
  provider.name = "pod";
  provider.mechanisms = {Mechanism::Plain, Mechanism::Login, Mechanism::XOAuth2,
                         Mechanism::OAuthBearer};
  return provider;
}

class LoginMethods : public ::testing::Test {
 protected:
  LoginMethods() {
    world_.server.protocols[0].mechanisms = {Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5,
                                             Mechanism::XOAuth2, Mechanism::OAuthBearer};
    world_.backend.ports[0].tls = config::BackendTlsMode::Disabled;
  }
  void by_master(config::MasterForm form) {
    world_.backend.ports[0].login = {LoginMethod::MasterUser, form, '*', "mail/credentials/m"};
  }
  void begin(const config::Provider& provider) {
    world_.server.providers = {"mail/example/" + provider.name};
    auto out = world_.prepared();
    config::Snapshot::Draft draft(*out->snapshot);
    draft.put(resource("mail/example/" + provider.name, provider));
    draft.put(resource("mail/credentials/m", config::SecretMaterial{config::Credentials{
                                                 "master", SharedSecret("m4ster")}}));
    out->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
    sim_ = std::make_unique<SimWorker>(std::move(out));
    sim_->worker.ask_through(asker_);
    client_ = std::make_unique<Peer>(sim_->connect());
    (void)client_->hear();
  }
  std::string say(std::string_view line) {
    client_->say(std::string(line) + "\r\n");
    sim_->settle();
    return client_->hear();
  }
  void accept(Accept said = {}) {
    asker_.answer(std::move(said));
    sim_->settle();
  }
  // What the pod hears after its greeting, or after `said`.
  std::string pod(std::string_view said = kGreeting) {
    Peer& peer = sim_->dialer.backends.back();
    peer.say(said);
    sim_->settle();
    return peer.hear();
  }
  // The pod's tagged answer to the login, and what the client hears then.
  std::string pod_says(const std::string& login, std::string_view verdict) {
    (void)pod(login.substr(0, login.find(' ')) + " " + std::string(verdict) + "\r\n");
    return client_->hear();
  }
  [[nodiscard]] bool pod_was_dialled() const { return !sim_->dialer.backends.empty(); }

  World world_;
  FakeAsker asker_;
  std::unique_ptr<SimWorker> sim_;
  std::unique_ptr<Peer> client_;
};

TEST_F(LoginMethods, go_in_as_the_master_for_whom_a_service_has_verified) {
  by_master(config::MasterForm::AuthzId);
  begin(mk_http());
  (void)say("a LOGIN joe own");
  accept();
  const std::string heard = pod();
  const std::string plain = encoded(std::string("joe\0master\0m4ster", 17));
  EXPECT_NE(heard.find("AUTHENTICATE PLAIN " + plain), std::string::npos) << heard;
  EXPECT_NE(pod_says(heard, "OK in").find("a OK"), std::string::npos);
}

TEST_F(LoginMethods, need_no_password_of_the_client_for_a_master) {
  by_master(config::MasterForm::NameThenMaster);
  begin(mk_http());
  (void)say("a AUTHENTICATE CRAM-MD5");
  (void)say(encoded("joe " + std::string(32, 'a')));
  accept();
  EXPECT_NE(pod().find(encoded(std::string("\0joe*master\0m4ster", 18))), std::string::npos);
}

TEST_F(LoginMethods, tell_of_no_wrong_password_where_the_master_is_refused) {
  by_master(config::MasterForm::AuthzId);
  begin(mk_http());
  (void)say("a LOGIN joe own");
  accept();
  const std::string login = pod();
  const std::string heard = pod_says(login, "NO [AUTHENTICATIONFAILED] who is that");
  EXPECT_EQ(heard, "a NO [UNAVAILABLE] Mailbox temporarily unavailable\r\n");
  EXPECT_EQ(sim_->dialer.backends.size(), 1U) << "no other member is asked";
}

TEST_F(LoginMethods, log_no_secret_of_a_master_that_the_pod_repeats) {  // IN17
  by_master(config::MasterForm::AuthzId);
  begin(mk_http());
  (void)say("a LOGIN joe own");
  accept();
  const std::string login = pod();
  const std::string plain = encoded(std::string_view("joe\0master\0m4ster", 17));
  ASSERT_NE(login.find(plain), std::string::npos) << login;
  (void)pod_says(login, "NO [AUTHORIZATIONFAILED] not m4ster: " + plain);
  const std::string& line = sim_->log.lines.back();
  EXPECT_NE(line.find("it said NO [AUTHORIZATIONFAILED]\""), std::string::npos) << line;
  for (const std::string& one : sim_->log.lines) {
    EXPECT_EQ(one.find("m4ster"), std::string::npos) << one;
    EXPECT_EQ(one.find(plain), std::string::npos) << one;
  }
}

TEST_F(LoginMethods, refuse_a_name_with_the_separator_as_a_wrong_password) {
  by_master(config::MasterForm::NameThenMaster);
  begin(mk_http());
  (void)say("a LOGIN \"joe*admin\" own");
  accept();
  EXPECT_NE(client_->hear().find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
  EXPECT_FALSE(pod_was_dialled());
}

TEST_F(LoginMethods, give_the_pod_what_the_client_has_shown_where_the_pod_decides) {
  by_master(config::MasterForm::NameThenMaster);
  begin(mk_pod());
  (void)say("a LOGIN \"joe*admin\" own");
  EXPECT_NE(pod().find(encoded(std::string("\0joe*admin\0own", 14))), std::string::npos);
}

TEST_F(LoginMethods, tell_the_client_what_the_pod_has_against_his_token) {
  begin(mk_pod());
  const std::string shown = encoded(
      "n,a=joe,\x01"
      "auth=Bearer t0ken\x01\x01");
  (void)say("a AUTHENTICATE OAUTHBEARER " + shown);
  const std::string login = pod();
  EXPECT_NE(login.find("AUTHENTICATE OAUTHBEARER " + shown), std::string::npos) << login;
  EXPECT_EQ(pod("+ " + encoded(R"({"status":"invalid_token"})") + "\r\n"), "AQ==\r\n");
  EXPECT_EQ(pod_says(login, "NO no"), "+ " + encoded(R"({"status":"invalid_token"})") + "\r\n");
  EXPECT_EQ(say("AQ=="), "a NO [AUTHENTICATIONFAILED] Authentication failed\r\n");
  EXPECT_EQ(sim_->dialer.backends.size(), 1U) << "a token is never tried twice";
}

TEST_F(LoginMethods, say_a_token_that_a_service_has_checked_as_a_token_where_that_is_written) {
  world_.backend.ports[0].login.method = LoginMethod::OAuthToken;
  begin(mk_http());
  const std::string shown = encoded(
      "user=joe\x01"
      "auth=Bearer t0ken\x01\x01");
  (void)say("a AUTHENTICATE XOAUTH2 " + shown);
  accept();
  EXPECT_NE(pod().find("AUTHENTICATE XOAUTH2 " + shown), std::string::npos);
}

TEST_F(LoginMethods, say_a_token_as_the_password_for_a_service_of_nginx) {  // ARES-10
  begin(mk_http());
  (void)say("a AUTHENTICATE XOAUTH2 " + encoded("user=joe\x01"
                                                "auth=Bearer t0ken\x01\x01"));
  accept();
  EXPECT_NE(pod().find(encoded(std::string("\0joe\0t0ken", 10))), std::string::npos);
}

TEST_F(LoginMethods, tell_of_an_outage_where_nothing_is_left_to_log_in_with) {
  begin(mk_http());
  (void)say("a AUTHENTICATE CRAM-MD5");
  (void)say(encoded("joe " + std::string(32, 'a')));
  accept();
  EXPECT_NE(client_->hear().find("a NO [UNAVAILABLE]"), std::string::npos);
  EXPECT_FALSE(pod_was_dialled());
}

TEST_F(LoginMethods, take_passwords_that_are_not_listed_for_a_service_of_nginx_alone) {
  world_.server.protocols[0].mechanisms = {Mechanism::CramMd5};
  begin(mk_http(config::Strictness::Nginx));
  const std::string shown = say("a CAPABILITY");
  EXPECT_EQ(shown.find("AUTH=PLAIN"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("LOGINDISABLED"), std::string::npos) << shown;
  (void)say("b LOGIN joe own");
  EXPECT_EQ(asker_.open(), 1U);
  begin(mk_http(config::Strictness::Strict));
  EXPECT_NE(say("a CAPABILITY").find("LOGINDISABLED"), std::string::npos);
  EXPECT_NE(say("b LOGIN joe own").find("b NO"), std::string::npos);
}

// ---- master users
// --------------------------------------------------------------------------------

struct MasterRow {
  const char* why;
  std::string said;
  bool may;
};

TEST_F(LoginMethods, let_master_users_and_nobody_else_name_another) {
  world_.server.master_users = {'*', {"admin"}};
  const auto plain = [](std::string_view text) { return "a AUTHENTICATE PLAIN " + encoded(text); };
  const MasterRow rows[] = {
      {"by authorization identity", plain(std::string_view("joe\0admin\0pw", 12)), true},
      {"by the separator", "a LOGIN \"joe*Admin\" pw", true},
      {"who is none", plain(std::string_view("joe\0eve\0pw", 10)), false},
      {"who is none, by the separator", "a LOGIN \"joe*eve\" pw", false},
      {"two separators", "a LOGIN \"joe*eve*admin\" pw", false},
      {"both ways at once", plain(std::string_view("bob\0joe*admin\0pw", 16)), false},
      {"a token with a separator",
       "a AUTHENTICATE XOAUTH2 " + encoded("user=joe*admin\x01"
                                           "auth=Bearer t\x01\x01"),
       false},
  };
  for (const MasterRow& row : rows) {
    for (const config::Provider& provider : {mk_http(), mk_json(), mk_pod()}) {
      asker_.forget();
      begin(provider);
      const std::string heard = say(row.said);
      if (!row.may) {
        EXPECT_EQ(heard, "a NO [AUTHENTICATIONFAILED] Authentication failed\r\n") << row.why;
        EXPECT_TRUE(asker_.questions.empty()) << row.why;
        EXPECT_FALSE(pod_was_dialled()) << row.why;
        continue;
      }
      if (!asker_.questions.empty()) {
        EXPECT_TRUE(asker_.questions[0].user == "admin" || asker_.questions[0].user == "Admin");
        EXPECT_EQ(asker_.questions[0].acting_as, "joe");
        accept();
      }
      const std::string login = pod();
      EXPECT_TRUE(login.find(encoded(std::string_view("joe\0admin\0pw", 12))) != login.npos ||
                  login.find(encoded(std::string_view("joe\0Admin\0pw", 12))) != login.npos)
          << row.why << login;
    }
  }
}

// Where a list is written it holds for a service of documents too, which decides for whom without.
TEST_F(LoginMethods, ask_a_service_of_documents_for_whom_only_about_those_of_the_list) {
  const std::string shown = encoded(std::string_view("joe\0eve\0pw", 10));
  begin(mk_json());
  (void)say("a AUTHENTICATE PLAIN " + shown);
  ASSERT_EQ(asker_.questions.size(), 1U) << "no list: the service decides";
  EXPECT_EQ(asker_.questions[0].acting_as, "joe");
  asker_.forget();
  world_.server.master_users = {'*', {"admin"}};
  begin(mk_json());
  EXPECT_EQ(say("b AUTHENTICATE PLAIN " + shown),
            "b NO [AUTHENTICATIONFAILED] Authentication failed\r\n");
  EXPECT_TRUE(asker_.questions.empty());
  EXPECT_FALSE(pod_was_dialled());
}

TEST_F(LoginMethods, complete_the_name_of_the_mailbox_and_that_of_the_master) {
  world_.server.master_users = {'*', {"admin@example.org"}};
  world_.server.names.default_domain = "example.org";
  begin(mk_http());
  (void)say("a LOGIN \"joe*admin\" pw");
  ASSERT_EQ(asker_.questions.size(), 1U);
  EXPECT_EQ(asker_.questions[0].user, "admin@example.org");
  EXPECT_EQ(asker_.questions[0].acting_as, "joe@example.org");
}

TEST_F(LoginMethods, keep_an_authorization_identity_for_the_pod_where_nothing_is_written) {
  begin(mk_pod());
  const std::string shown = encoded(std::string_view("joe\0eve\0pw", 10));
  (void)say("a AUTHENTICATE PLAIN " + shown);
  EXPECT_NE(pod().find("AUTHENTICATE PLAIN " + shown), std::string::npos);  // SA3
}

TEST_F(LoginMethods, open_the_mailbox_that_a_master_names_by_the_master_of_the_backend) {
  world_.server.master_users = {'%', {"admin"}};
  by_master(config::MasterForm::AuthzId);
  begin(mk_http());
  (void)say("a LOGIN \"joe%admin\" pw");
  accept(
      Accept{.user = "admin@real", .backend = ServerAddress{{*IpAddress::parse("10.9.9.9"), 1}}});
  const std::string login = pod();
  EXPECT_NE(login.find(encoded(std::string_view("joe\0master\0m4ster", 17))), std::string::npos);
  EXPECT_NE(sim_->dialer.dialled[0].text(), "10.9.9.9:1") << "that is where the master's mail is";
}

}  // namespace
}  // namespace postern::session::test
