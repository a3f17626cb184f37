#include "controller/build/logins.h"

#include <algorithm>

#include <fmt/format.h>

namespace postern::build {
namespace {

using config::LoginMethod;

bool is_token(Mechanism mechanism) {
  return mechanism == Mechanism::XOAuth2 || mechanism == Mechanism::OAuthBearer;
}
bool is_password(Mechanism mechanism) {
  return mechanism == Mechanism::Plain || mechanism == Mechanism::Login;
}

constexpr Cell kWorks{};

// What the provider cannot check itself, whatever comes after.
std::optional<Cell> cannot_check(Mechanism mechanism, Checker checker) {
  switch (checker) {
    case Checker::Backend:
      if (is_password(mechanism) || is_token(mechanism)) return std::nullopt;
      return Cell{Way::Never, "a digest or a certificate cannot be shown to the backend again"};
    case Checker::AuthHttp: return std::nullopt;
    case Checker::Json:
      if (is_password(mechanism) || is_token(mechanism)) return std::nullopt;
      return Cell{Way::Never, "an auth service of style JSON checks passwords and tokens"};
    case Checker::Certificate:
      if (mechanism == Mechanism::External) return std::nullopt;
      return Cell{Way::Never, "a client certificate is shown by EXTERNAL only"};
  }
  return std::nullopt;
}

// By the client's password, or the one that the provider returned.
Cell by_password(Mechanism mechanism, Checker checker) {
  if (is_password(mechanism)) return kWorks;
  if (checker == Checker::Certificate) return {Way::Never, "a certificate leaves no password"};
  // As in Angie, the token goes on as the password where the service returns none.
  if (checker == Checker::AuthHttp && is_token(mechanism)) return kWorks;
  return {Way::WithReturnedPassword};
}

}  // namespace

Checker checker_of(const config::Provider& provider) {
  if (std::holds_alternative<config::CertificateProvider>(provider.kind))
    return Checker::Certificate;
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  if (http == nullptr) return Checker::Backend;
  return http->style == config::AuthStyle::Json ? Checker::Json : Checker::AuthHttp;
}

Cell cell_of(Mechanism mechanism, Checker checker, LoginMethod method) {
  if (const auto no = cannot_check(mechanism, checker)) return *no;
  // On whom the backend decides is given to it with what he has shown, whatever the method.
  if (checker == Checker::Backend) return kWorks;
  switch (method) {
    case LoginMethod::Password: return by_password(mechanism, checker);
    case LoginMethod::OAuthToken:
      if (is_token(mechanism)) return kWorks;
      return {Way::Never, "method OAuthToken needs a token, and this mechanism brings none"};
    case LoginMethod::MasterUser:
    case LoginMethod::ClientCertificate: break;
  }
  return kWorks;
}

Followed follow(const ServerDraft& server, Protocol protocol, Mechanism mechanism) {
  Followed best;
  for (const ProviderDraft& provider : server.providers) {
    if (!provider.provider.mechanisms.has(mechanism)) continue;
    for (const BackendDraft& backend : server.backends) {
      const config::BackendPort* port = backend.backend.port(protocol);
      if (port == nullptr) continue;
      const Cell cell = cell_of(mechanism, checker_of(provider.provider), port->login.method);
      if (cell.way < best.way) best = {cell.way, {}};
      if (best.way == Way::Never && best.why.empty()) {
        best.why = fmt::format("{} (provider {}, backend {})", cell.why, provider.provider.name,
                               backend.spec->name);
      }
    }
  }
  return best;
}

Cell master_cell_of(Checker checker, LoginMethod method) {
  if (checker == Checker::Backend) return kWorks;
  switch (method) {
    case LoginMethod::OAuthToken:
      return {Way::Never, "the token of a master speaks for himself only"};
    case LoginMethod::Password:
      if (checker != Checker::Certificate) return kWorks;
      return {Way::Never, "a certificate leaves no password"};
    case LoginMethod::MasterUser:
    case LoginMethod::ClientCertificate: break;
  }
  return kWorks;
}

}  // namespace postern::build
