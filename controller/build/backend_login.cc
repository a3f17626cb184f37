#include "controller/build/backend_login.h"

#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/secrets.h"

namespace postern::build {
namespace {

using config::LoginMethod;
using config::MasterForm;

std::optional<LoginMethod> method_word(std::string_view word) {
  if (word == "Password") return LoginMethod::Password;
  if (word == "MasterUser") return LoginMethod::MasterUser;
  if (word == "OAuthToken") return LoginMethod::OAuthToken;
  if (word == "ClientCertificate") return LoginMethod::ClientCertificate;
  return std::nullopt;
}

MasterForm form_word(std::string_view word) {
  if (word == "NameThenMaster") return MasterForm::NameThenMaster;
  return word == "MasterThenName" ? MasterForm::MasterThenName : MasterForm::AuthzId;
}

std::optional<Remark> check_mechanism(const model::LoginSpec& spec,
                                      const config::BackendLogin& login, const std::string& field) {
  if (spec.mechanism.empty()) return std::nullopt;
  const bool by_password =
      login.method == LoginMethod::Password || login.method == LoginMethod::MasterUser;
  if (!by_password) {
    return Remark{field + ".mechanism", "InvalidField",
                  fmt::format("method {} shows no password, and this is the mechanism for "
                              "passwords: leave it out",
                              spec.method)};
  }
  const bool is_authzid =
      login.method == LoginMethod::MasterUser && login.form == MasterForm::AuthzId;
  if (is_authzid && spec.mechanism != "PLAIN") {
    return Remark{field + ".mechanism", "InvalidField",
                  fmt::format("form AuthzID names the mailbox in the authorization identity, for "
                              "which {} has no place: leave it out, or write another form",
                              spec.mechanism)};
  }
  return std::nullopt;
}

// "mail/credentials/master": the name of the resource, once nothing speaks against it.
std::optional<std::string> master_of(const Setting& setting, ServerDraft& server,
                                     const model::LoginSpec& spec, const std::string& field,
                                     const config::BackendLogin& login) {
  const std::string ref_field = field + ".secretRef";
  auto name = add_credentials(setting, server, spec.secret.value_or(model::ObjectRef{}), ref_field);
  if (!name || login.form == MasterForm::AuthzId) return name;
  const auto& master = std::get<config::Credentials>(server.secrets.at(*name)->material);
  if (master.user.find(login.separator) == std::string::npos) return name;
  server.remark(Remark{ref_field, "InvalidSecret",
                       fmt::format("the separator {} is in the name of the master user: nobody "
                                   "could tell the two names apart",
                                   login.separator)});
  return std::nullopt;
}

}  // namespace

std::optional<config::BackendLogin> backend_login_of(const Setting& setting, ServerDraft& server,
                                                     const model::LoginSpec& spec,
                                                     const std::string& field) {
  config::BackendLogin out;
  const auto method = method_word(spec.method);
  if (!method) {
    server.remark(not_supported_yet(field + ".method", spec.method));
    return std::nullopt;
  }
  out.method = *method;
  out.form = form_word(spec.form);
  if (!spec.separator.empty()) out.separator = spec.separator.front();
  if (auto refusal = check_mechanism(spec, out, field)) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  if (out.method != LoginMethod::MasterUser) return out;
  auto master = master_of(setting, server, spec, field, out);
  if (!master) return std::nullopt;
  out.master = std::move(*master);
  return out;
}

config::BackendLogin method_alone(const model::LoginSpec& spec) {
  config::BackendLogin out;
  out.method = method_word(spec.method).value_or(LoginMethod::Password);
  return out;
}

std::optional<Remark> check_login_in_clear(const config::BackendPort& port,
                                           const std::string& field) {
  const bool is_shown = port.login.method != LoginMethod::ClientCertificate ||
                        port.tls != config::BackendTlsMode::Disabled;
  if (is_shown) return std::nullopt;
  return Remark{field + ".method", "InvalidField",
                "method ClientCertificate shows the certificate in the TLS handshake, and this "
                "port has no TLS"};
}

}  // namespace postern::build
