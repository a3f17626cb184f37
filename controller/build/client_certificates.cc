// Certificates of clients. Where an authority or a revocation list is missing nobody can be
// verified, so no TLS listener is opened: half of a restriction is none.
#include "controller/build/client_certificates.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/build/passes.h"
#include "controller/build/secrets.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

constexpr std::string_view kCertificatesField = "spec.tls.clientCertificates";

const model::ClientCertificatesSpec* spec_of(const ServerDraft& server) {
  const auto& tls = server.spec->tls;
  return tls && tls->client_certificates ? &*tls->client_certificates : nullptr;
}

bool is_by_certificate(const model::ProviderSpec& provider) {
  return std::holds_alternative<model::CertificateProviderSpec>(provider.kind);
}

// A port's own login replaces the backend's.
bool replays_passwords(const model::BackendSpec& backend, Protocol protocol) {
  const auto port = std::ranges::find(backend.ports, protocol, &model::BackendPortSpec::protocol);
  const bool has_own = port != backend.ports.end() && port->login;
  const std::string& method = has_own ? port->login->method : backend.login.method;
  return method != "MasterUser" && method != "ClientCertificate";
}

void check_listeners(ServerDraft& server) {
  for (const model::ProtocolSpec& protocol : server.spec->protocols) {
    for (std::size_t i = 0; i < protocol.listeners.size(); ++i) {
      server.remark(
          check_way_around(server, protocol.listeners[i], listener_field(protocol.protocol, i)));
    }
  }
}

}  // namespace

bool can_ask_for_certificates(const ServerDraft& server) {
  const auto* spec = spec_of(server);
  return spec != nullptr &&
         server.client_certificates.trust.size() == spec->ca_certificate_refs.size() &&
         server.client_certificates.revocations.size() == spec->crl_refs.size();
}

bool verifies_clients(const ServerDraft& server) {
  const auto mode = server.client_certificates.mode;
  return mode == config::ClientCertificateMode::Optional ||
         mode == config::ClientCertificateMode::Required;
}

bool logs_in_by_certificate(const ServerDraft& server) {
  return std::ranges::any_of(server.spec->providers, is_by_certificate);
}

bool needs_a_password_of(const ServerDraft& server, Protocol protocol) {
  const auto has_it = [&](const BackendDraft& backend) {
    return backend.backend.port(protocol) != nullptr;
  };
  return std::ranges::any_of(server.backends, has_it) &&
         std::ranges::none_of(server.backends, [&](const BackendDraft& backend) {
           return has_it(backend) && !replays_passwords(*backend.spec, protocol);
         });
}

std::optional<Remark> check_way_around(const ServerDraft& server,
                                       const model::ListenerSpec& listener,
                                       const std::string& field) {
  const auto* spec = spec_of(server);
  if (spec == nullptr || spec->mode != "Required") return std::nullopt;
  const std::string why = fmt::format(
      "{}.mode is Required, and here people log in without TLS, so "
      "without a certificate: ",
      kCertificatesField);
  if (listener.tls == "Disabled") {
    return Remark{field + ".tls", "InvalidField", why + "take Implicit or StartTLS"};
  }
  if (listener.plaintext == "Allow") {
    return Remark{field + ".plaintext", "InvalidField", why + "leave plaintext: Allow out"};
  }
  return std::nullopt;
}

void build_client_certificates(const Setting& setting, ServerDraft& server) {
  const auto* spec = spec_of(server);
  if (spec == nullptr) return;
  config::ClientCertificates& out = server.client_certificates;
  out.mode = client_certificate_mode_word(spec->mode);
  out.max_depth = spec->max_depth;
  out.sends_ca_names = spec->ca_names != "Omit";
  for (std::size_t i = 0; i < spec->ca_certificate_refs.size(); ++i) {
    const std::string field = fmt::format("{}.caCertificateRefs[{}]", kCertificatesField, i);
    auto name = add_trust(setting, server, spec->ca_certificate_refs[i], field);
    if (name) out.trust.push_back(std::move(*name));
  }
  for (std::size_t i = 0; i < spec->crl_refs.size(); ++i) {
    const std::string field = fmt::format("{}.crlRefs[{}]", kCertificatesField, i);
    auto name = add_revocations(setting, server, spec->crl_refs[i], field);
    if (name) out.revocations.push_back(std::move(*name));
  }
  check_listeners(server);
}

}  // namespace postern::build
