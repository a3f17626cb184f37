#include "proxy/session/back_login.h"

#include <string>

#include "common/base/check.h"

namespace postern::session {

namespace {

using config::LoginMethod;
using config::MasterForm;
using Method = dialogue::BackLogin::Method;

const config::Credentials* master_of(const config::BackendPort& port,
                                     const config::Snapshot& snapshot) {
  const config::SecretMaterial* material = snapshot.secret(port.login.master);
  return material ? std::get_if<config::Credentials>(material) : nullptr;
}

// Whom the backend itself decides on has shown a token, or a password.
LoginMethod method_for(const Identity& who, const config::BackendPort& port) {
  if (who.verified) return port.login.method;
  return who.token ? LoginMethod::OAuthToken : LoginMethod::Password;
}

dialogue::BackLogin by_password(const Identity& who) {
  dialogue::BackLogin out;
  out.name = who.name;
  out.authzid = who.authzid;
  out.password = who.password.copy();
  return out;
}

dialogue::BackLogin by_token(const Identity& who) {
  dialogue::BackLogin out;
  out.name = who.name;
  out.password = who.token->secret.copy();
  out.method =
      who.token->mechanism == Mechanism::OAuthBearer ? Method::OAuthBearer : Method::XOAuth2;
  return out;
}

dialogue::BackLogin by_certificate(const Identity& who) {
  dialogue::BackLogin out;
  out.authzid = who.mailbox;
  out.method = Method::External;
  return out;
}

dialogue::BackLogin by_master(const Identity& who, const config::BackendLogin& login,
                              const config::Credentials& master) {
  dialogue::BackLogin out;
  out.password = Secret(master.password.reveal());
  switch (login.form) {
    case MasterForm::AuthzId:
      out.name = master.user;
      out.authzid = who.mailbox;
      break;
    case MasterForm::NameThenMaster: out.name = who.mailbox + login.separator + master.user; break;
    case MasterForm::MasterThenName: out.name = master.user + login.separator + who.mailbox; break;
  }
  return out;
}

}  // namespace

std::string_view meaning_of(NoLogin no) {
  switch (no) {
    case NoLogin::NoPassword: return "the provider returned no password, and none was shown";
    case NoLogin::NoToken: return "the backend wants a token, and none was shown";
    case NoLogin::NameIsTwo: return "the separator of the master user is in the name";
    case NoLogin::InClear: return "a certificate proves nothing without TLS";
    case NoLogin::NoMaster: return "the credentials of the master user are not here";
  }
  return "?";
}

std::optional<NoLogin> objection_to_login(const Identity& who, const config::BackendPort& port,
                                          const config::Snapshot& snapshot) {
  switch (method_for(who, port)) {
    case LoginMethod::Password:
      if (who.password.empty()) return NoLogin::NoPassword;
      return std::nullopt;
    case LoginMethod::OAuthToken:
      if (!who.token) return NoLogin::NoToken;
      return std::nullopt;
    case LoginMethod::ClientCertificate:
      if (port.tls == config::BackendTlsMode::Disabled) return NoLogin::InClear;
      return std::nullopt;
    case LoginMethod::MasterUser: break;
  }
  if (master_of(port, snapshot) == nullptr) return NoLogin::NoMaster;
  // "joe*admin" must not become what joe's master login would be.
  const bool is_joined = port.login.form != MasterForm::AuthzId;
  if (is_joined && who.mailbox.find(port.login.separator) != std::string::npos) {
    return NoLogin::NameIsTwo;
  }
  return std::nullopt;
}

dialogue::BackLogin back_login_of(const Identity& who, const config::BackendPort& port,
                                  const config::Snapshot& snapshot) {
  check(!objection_to_login(who, port, snapshot), "who cannot be logged in was sent back before");
  switch (method_for(who, port)) {
    case LoginMethod::Password: return by_password(who);
    case LoginMethod::OAuthToken: return by_token(who);
    case LoginMethod::ClientCertificate: return by_certificate(who);
    case LoginMethod::MasterUser: return by_master(who, port.login, *master_of(port, snapshot));
  }
  return {};
}

bool shows_own_secret(const Identity& who, const config::BackendPort& port) {
  const LoginMethod method = method_for(who, port);
  return method == LoginMethod::Password || method == LoginMethod::OAuthToken;
}

}  // namespace postern::session
