// What a MailServer offers, and within which bounds.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/build/backend_login.h"
#include "controller/build/checks.h"
#include "controller/build/class_rules.h"
#include "controller/build/client_certificates.h"
#include "controller/build/logins.h"
#include "controller/build/passes.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

bool asks_leniently(const ServerDraft& server) {
  return std::ranges::any_of(server.providers, [](const ProviderDraft& one) {
    const auto* http = std::get_if<config::HttpProvider>(&one.provider.kind);
    return http != nullptr && http->strictness == config::Strictness::Nginx;
  });
}

// What somebody can check: the backend, unless providers say otherwise.
MechanismSet checkable(const ServerDraft& server) {
  const MechanismSet passwords{Mechanism::Plain, Mechanism::Login};
  if (server.providers.empty()) return passwords;
  MechanismSet out;
  for (const ProviderDraft& provider : server.providers) {
    for (const Mechanism mechanism : kMechanisms) {
      if (provider.provider.mechanisms.has(mechanism)) out.add(mechanism);
    }
  }
  // Without a verified certificate EXTERNAL proves nothing; a lenient auth service is told the name
  // that was typed, and decides (running.md 6).
  if (!verifies_clients(server) && !asks_leniently(server)) out.remove(Mechanism::External);
  return out;
}

// Offered where nobody lists mechanisms: what leads to a backend whatever the provider returns.
// Challenges only when they are listed, and so everything of nginx's kind of service but passwords:
// it does not say what it checks.
MechanismSet offered_unlisted(const ServerDraft& server, Protocol protocol) {
  const MechanismSet can = checkable(server);
  const auto says_so = [&](Mechanism mechanism) {
    if (mechanism == Mechanism::Plain || mechanism == Mechanism::Login) return true;
    return mechanism != Mechanism::CramMd5 &&
           std::ranges::any_of(server.providers, [&](const ProviderDraft& one) {
             return checker_of(one.provider) != Checker::AuthHttp &&
                    one.provider.mechanisms.has(mechanism);
           });
  };
  MechanismSet out;
  for (const Mechanism mechanism : kMechanisms) {
    if (!can.has(mechanism) || !says_so(mechanism)) continue;
    if (server.providers.empty() || follow(server, protocol, mechanism).way == Way::Works) {
      out.add(mechanism);
    }
  }
  return out;
}

std::string why_unavailable(const ServerDraft& server, const std::string& name) {
  const bool lacks_proof = std::ranges::any_of(server.providers, [](const ProviderDraft& one) {
    return one.provider.mechanisms.has(Mechanism::External);
  });
  if (name == "EXTERNAL" && lacks_proof) {
    return "EXTERNAL needs certificates of clients that are verified: write "
           "spec.tls.clientCertificates, with mode Optional or Required, or leave it out";
  }
  return fmt::format("no provider can check {}: leave it out", name);
}

// Empty: a backend's login can follow it, or there is no backend, which is told elsewhere.
std::string why_not_followed(const ServerDraft& server, Protocol protocol, Mechanism mechanism) {
  const Followed followed = follow(server, protocol, mechanism);
  if (followed.way != Way::Never || followed.why.empty()) return {};
  return fmt::format("no backend lets in who logs in by {}: {}; leave it out", name_of(mechanism),
                     followed.why);
}

// Adding provider clientCertificate is to add EXTERNAL; where it cannot, that is said.
void check_certificate_logins(ServerDraft& server, Protocol protocol) {
  if (!logs_in_by_certificate(server) || !needs_a_password_of(server, protocol)) return;
  server.remark(
      Remark{fmt::format("spec.protocols.{}", field_key(protocol)), "MechanismUnavailable",
             "provider clientCertificate lets nobody in: a certificate leaves no password, "
             "and no backend's login.method is MasterUser or ClientCertificate; write one "
             "there, or leave the provider out"});
}

MechanismSet offered(ServerDraft& server, const model::ProtocolSpec& protocol) {
  const MechanismSet can = checkable(server);
  if (!protocol.mechanisms) {
    check_certificate_logins(server, protocol.protocol);
    return offered_unlisted(server, protocol.protocol);
  }
  MechanismSet out;
  for (std::size_t i = 0; i < protocol.mechanisms->size(); ++i) {
    const std::string& name = (*protocol.mechanisms)[i];
    const auto mechanism = mechanism_named(name);
    std::string why;
    if (!mechanism || !can.has(*mechanism)) {
      why = why_unavailable(server, name);
    } else if (!server.providers.empty()) {
      why = why_not_followed(server, protocol.protocol, *mechanism);
    }
    if (why.empty()) {
      out.add(*mechanism);
      continue;
    }
    server.remark(
        Remark{fmt::format("spec.protocols.{}.mechanisms[{}]", field_key(protocol.protocol), i),
               "MechanismUnavailable", std::move(why)});
  }
  return out;
}

std::vector<std::string> backends_for(const ServerDraft& server, Protocol protocol) {
  std::vector<std::string> out;
  for (const BackendDraft& backend : server.backends) {
    if (backend.backend.port(protocol) != nullptr) out.push_back(backend.name);
  }
  return out;
}

void add_offer(ServerDraft& server, const model::ProtocolSpec& spec) {
  config::ProtocolOffer offer;
  offer.protocol = spec.protocol;
  offer.mechanisms = offered(server, spec);
  const bool listed = spec.capabilities.source == "List";
  offer.capability_source =
      listed ? config::CapabilitySource::List : config::CapabilitySource::Backends;
  offer.capabilities = spec.capabilities.list;
  offer.hidden_capabilities = spec.capabilities.hide;
  offer.greeting = spec.greeting;
  offer.backends = backends_for(server, spec.protocol);
  if (offer.backends.empty()) {
    server.remark(Remark{fmt::format("spec.protocols.{}", field_key(spec.protocol)), "PortNotFound",
                         fmt::format("no backend has a port for {}: name the Service's port {}, or "
                                     "write it in spec.backends[].ports",
                                     name_of(spec.protocol), field_key(spec.protocol))});
    return;
  }
  if (offer.mechanisms.empty()) {
    server.remark(Remark{fmt::format("spec.protocols.{}", field_key(spec.protocol)),
                         "MechanismUnavailable", "nobody could log in: no mechanism is left"});
    return;
  }
  server.server.protocols.push_back(std::move(offer));
}

config::ServerTls tls_of(const ServerDraft& server) {
  config::ServerTls out;
  if (!server.spec->tls) return out;
  const model::TlsSpec& spec = *server.spec->tls;
  out.key_pairs = server.key_pairs;
  out.min_version = tls_version_word(spec.min_version);
  out.max_version = tls_version_word(spec.max_version);
  out.cipher_suites = spec.cipher_suites;
  out.cipher_preference = spec.cipher_preference == "Server" ? config::CipherPreference::Server
                                                             : config::CipherPreference::Client;
  out.groups = spec.groups;
  out.unknown_names = spec.unknown_names == "Reject" ? config::UnknownNames::Reject
                                                     : config::UnknownNames::FirstCertificate;
  out.resumption = resumption_word(spec.resumption_mode);
  out.resumption_lifetime = spec.resumption_lifetime;
  out.tickets = server.tickets;
  if (can_ask_for_certificates(server)) out.client_certificates = server.client_certificates;
  return out;
}

// A written value, else the default that common/config names.
template <class T>
void set(T& value, const std::optional<T>& written) {
  if (written) value = *written;
}

config::ServerLimits limits_of(const model::MailServer& spec) {
  config::ServerLimits out;
  set(out.max_connections, spec.limits.max_connections);
  set(out.max_connections_per_source, spec.limits.max_connections_per_source);
  set(out.max_connections_per_user, spec.limits.max_connections_per_user);
  set(out.max_connections_before_login, spec.limits.max_connections_before_login);
  set(out.new_connections_per_minute_per_source, spec.limits.new_connections_per_minute_per_source);
  set(out.max_command_octets, spec.limits.max_command_bytes);
  set(out.max_errors, spec.limits.max_errors);
  set(out.max_commands, spec.limits.max_commands);
  set(out.max_reply_octets, spec.limits.max_reply_bytes);
  set(out.bytes_per_second, spec.limits.bytes_per_second);
  set(out.max_failures_per_session, spec.login_protection.max_failures_per_session);
  return out;
}

// A part of a second counts as a whole one: a shorter block would be a weaker one.
void set(config::FailureRate& rate, const model::RateSpec& written) {
  set(rate.failures, written.failures);
  if (written.window) rate.window = std::chrono::ceil<std::chrono::seconds>(*written.window);
  if (written.block) rate.block = std::chrono::ceil<std::chrono::seconds>(*written.block);
}

config::LoginProtection protection_of(const model::LoginProtectionSpec& spec) {
  config::LoginProtection out;
  out.penalty_grows = spec.penalty != "Disabled";
  out.same_password_counts = spec.same_password == "Count";
  set(out.per_source, spec.per_source);
  set(out.per_user, spec.per_user);
  out.exempt = spec.exempt;
  return out;
}

config::ServerTimeouts timeouts_of(const model::MailServer& spec) {
  config::ServerTimeouts out;
  set(out.tls_handshake, spec.timeouts.tls_handshake);
  set(out.login, spec.timeouts.login);
  set(out.backend_connect, spec.timeouts.backend_connect);
  set(out.backend_login, spec.timeouts.backend_login);
  set(out.idle, spec.timeouts.idle);
  set(out.failure_delay, spec.login_protection.failure_delay);
  return out;
}

config::UserNames names_of(const model::UsersSpec& spec) {
  config::UserNames out;
  out.default_domain = spec.default_domain;
  if (!spec.delimiter.empty()) out.delimiter = spec.delimiter.front();
  out.as_typed = spec.normalization == "None";
  return out;
}

std::string name_said(const ServerDraft& server) {
  if (!server.spec->server_name.empty()) return server.spec->server_name;
  for (const std::string& hostname : server.hostnames) {
    if (!hostname.starts_with("*.")) return hostname;
  }
  return "localhost";  // the schema demands serverName where every hostname is a wildcard
}

}  // namespace

void build_servers(const Setting& setting, ServerDraft& server) {
  const model::MailServer& spec = *server.spec;
  server.server.server_name = name_said(server);
  server.server.tls = tls_of(server);
  server.server.limits = limits_of(spec);
  server.server.timeouts = timeouts_of(spec);
  server.server.protection = protection_of(spec.login_protection);
  server.server.domains = server.domains;
  std::ranges::sort(server.server.domains);
  server.server.names = names_of(spec.users);
  server.server.session_logging = session_logging_word(spec.logging.sessions);
  server.server.log_level = log_level_word(spec.logging.level);
  setting.rules.apply_to(server);
  build_master_users(server);
  for (const model::ProtocolSpec& protocol : spec.protocols) add_offer(server, protocol);
}

}  // namespace postern::build
