// How a user is logged in at the backend: what is shown there, in whose name, and when nobody is.
#include "proxy/session/back_login.h"

#include <gtest/gtest.h>

#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using config::LoginMethod;
using config::MasterForm;
using Method = dialogue::BackLogin::Method;

config::Snapshot with_master() {
  config::Snapshot::Resources resources;
  const auto one =
      resource("mail/credentials/master",
               config::SecretMaterial{config::Credentials{"master", SharedSecret("m4ster")}});
  resources[one->key()] = one;
  return config::Snapshot("1", std::move(resources));
}

config::BackendPort by(LoginMethod method, MasterForm form = MasterForm::AuthzId) {
  config::BackendPort port;
  port.login = {method, form, '*', ""};
  if (method == LoginMethod::MasterUser) port.login.master = "mail/credentials/master";
  return port;
}

Identity who(std::string_view name, std::string_view password, bool verified = true) {
  Identity out;
  out.mailbox = out.name = name;
  out.password = Secret(password);
  out.verified = verified;
  return out;
}
Identity with_token(Mechanism mechanism, bool verified) {
  Identity out = who("joe", "", verified);
  out.token = Token{mechanism, Secret("t0ken")};
  return out;
}

TEST(BackLogin, gives_the_password_in_the_name_of_its_owner) {
  const auto login = back_login_of(who("joe", "s3cret"), by(LoginMethod::Password), {});
  EXPECT_EQ(login.method, Method::Password);
  EXPECT_EQ(login.name, "joe");
  EXPECT_EQ(login.authzid, "");
  EXPECT_EQ(login.password.reveal(), "s3cret");
}

TEST(BackLogin, tells_whom_a_master_acts_for) {
  Identity master = who("admin", "s3cret");
  master.mailbox = master.authzid = "joe";
  const auto login = back_login_of(master, by(LoginMethod::Password), {});
  EXPECT_EQ(login.name, "admin");
  EXPECT_EQ(login.authzid, "joe");
}

TEST(BackLogin, by_the_master_names_the_mailbox_in_each_form) {
  struct Row {
    MasterForm form;
    const char* name;
    const char* authzid;
  };
  for (const Row& row : {Row{MasterForm::AuthzId, "master", "joe"},
                         Row{MasterForm::NameThenMaster, "joe*master", ""},
                         Row{MasterForm::MasterThenName, "master*joe", ""}}) {
    const auto login =
        back_login_of(who("joe", "own"), by(LoginMethod::MasterUser, row.form), with_master());
    EXPECT_EQ(login.name, row.name);
    EXPECT_EQ(login.authzid, row.authzid);
    EXPECT_EQ(login.password.reveal(), "m4ster");
  }
}

TEST(BackLogin, never_lends_the_master_to_whom_the_backend_has_to_decide_on) {
  const Identity nobody = who("joe", "guess", false);
  const auto login = back_login_of(nobody, by(LoginMethod::MasterUser), with_master());
  EXPECT_EQ(login.name, "joe");
  EXPECT_EQ(login.password.reveal(), "guess");
  EXPECT_TRUE(shows_own_secret(nobody, by(LoginMethod::MasterUser)));
  const auto bare = back_login_of(nobody, by(LoginMethod::ClientCertificate), {});
  EXPECT_EQ(bare.method, Method::Password);
}

TEST(BackLogin, lets_nobody_become_another_by_the_separator_in_his_name) {
  for (const MasterForm form : {MasterForm::NameThenMaster, MasterForm::MasterThenName}) {
    EXPECT_EQ(
        objection_to_login(who("joe*admin", "x"), by(LoginMethod::MasterUser, form), with_master()),
        NoLogin::NameIsTwo);
  }
  EXPECT_FALSE(
      objection_to_login(who("joe*admin", "x"), by(LoginMethod::MasterUser), with_master()))
      << "by authorization identity there are two names whatever is in them";
}

TEST(BackLogin, shows_a_token_by_the_mechanism_of_the_client) {
  for (const bool verified : {true, false}) {
    const auto x =
        back_login_of(with_token(Mechanism::XOAuth2, verified), by(LoginMethod::OAuthToken), {});
    EXPECT_EQ(x.method, Method::XOAuth2);
    EXPECT_EQ(x.name, "joe");
    EXPECT_EQ(x.password.reveal(), "t0ken");
    const auto bearer = back_login_of(with_token(Mechanism::OAuthBearer, verified),
                                      by(LoginMethod::OAuthToken), {});
    EXPECT_EQ(bearer.method, Method::OAuthBearer);
  }
  EXPECT_EQ(
      back_login_of(with_token(Mechanism::XOAuth2, false), by(LoginMethod::Password), {}).method,
      Method::XOAuth2)
      << "the pod is given what he has shown";
}

TEST(BackLogin, speaks_by_certificate_for_the_mailbox) {
  config::BackendPort port = by(LoginMethod::ClientCertificate);
  const auto login = back_login_of(who("joe", "own"), port, {});
  EXPECT_EQ(login.method, Method::External);
  EXPECT_EQ(login.authzid, "joe");
  EXPECT_TRUE(login.password.empty());
  EXPECT_FALSE(shows_own_secret(who("joe", "own"), port));
  port.tls = config::BackendTlsMode::Disabled;
  EXPECT_EQ(objection_to_login(who("joe", "own"), port, {}), NoLogin::InClear);
}

TEST(BackLogin, cannot_be_done_without_what_it_shows) {
  EXPECT_EQ(objection_to_login(who("joe", ""), by(LoginMethod::Password), {}), NoLogin::NoPassword);
  EXPECT_EQ(objection_to_login(with_token(Mechanism::XOAuth2, true), by(LoginMethod::Password), {}),
            NoLogin::NoPassword);
  EXPECT_EQ(objection_to_login(who("joe", "x"), by(LoginMethod::OAuthToken), {}), NoLogin::NoToken);
  EXPECT_EQ(objection_to_login(who("joe", "x"), by(LoginMethod::MasterUser), {}),
            NoLogin::NoMaster);
}

}  // namespace
}  // namespace postern::session::test
