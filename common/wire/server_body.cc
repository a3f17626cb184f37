#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/wire/bodies.h"
#include "common/wire/lists.h"
#include "common/wire/login_body.h"

namespace postern::wire {

namespace {

void encode_tls(const config::ServerTls& tls, pb::ServerTls& out) {
  put_texts(tls.key_pairs, out.mutable_key_pairs());
  out.set_min_version(to_wire(tls.min_version, kTlsVersions));
  out.set_max_version(to_wire(tls.max_version, kTlsVersions));
  put_texts(tls.cipher_suites, out.mutable_cipher_suites());
  out.set_cipher_preference(to_wire(tls.cipher_preference, kCipherPreferences));
  put_texts(tls.groups, out.mutable_groups());
  out.set_unknown_names(to_wire(tls.unknown_names, kUnknownNames));
  out.set_resumption(to_wire(tls.resumption, kResumptionModes));
  out.set_resumption_lifetime_s(static_cast<std::uint32_t>(tls.resumption_lifetime.count()));
  out.set_tickets(tls.tickets);
  if (tls.client_certificates.mode != config::ClientCertificateMode::None) {
    encode_client_certificates(tls.client_certificates, *out.mutable_client_certificates());
  }
}

config::ServerTls decode_tls(const pb::ServerTls& message, Decoding& decoding) {
  const FieldPath here{nullptr, "tls"};
  config::ServerTls tls;
  tls.key_pairs = texts(message.key_pairs());
  tls.min_version = decoding.choice(message.min_version(), kTlsVersions, here / "min_version");
  tls.max_version = decoding.choice(message.max_version(), kTlsVersions, here / "max_version");
  tls.cipher_suites = texts(message.cipher_suites());
  tls.cipher_preference =
      decoding.choice(message.cipher_preference(), kCipherPreferences, here / "cipher_preference");
  tls.groups = texts(message.groups());
  tls.unknown_names =
      decoding.choice(message.unknown_names(), kUnknownNames, here / "unknown_names");
  tls.resumption = decoding.choice(message.resumption(), kResumptionModes, here / "resumption");
  tls.resumption_lifetime = std::chrono::seconds(message.resumption_lifetime_s());
  tls.tickets = message.tickets();
  if (message.has_client_certificates()) {
    tls.client_certificates = decode_client_certificates(message.client_certificates(), decoding);
  }
  return tls;
}

void encode_offer(const config::ProtocolOffer& offer, pb::ProtocolOffer& out) {
  out.set_protocol(to_wire(offer.protocol, kProtocols));
  encode_mechanisms(offer.mechanisms, *out.mutable_mechanisms());
  out.set_capability_source(to_wire(offer.capability_source, kCapabilitySources));
  put_texts(offer.capabilities, out.mutable_capabilities());
  put_texts(offer.hidden_capabilities, out.mutable_hidden_capabilities());
  out.set_greeting(offer.greeting);
  put_texts(offer.backends, out.mutable_backends());
}

config::ProtocolOffer decode_offer(const pb::ProtocolOffer& message, const FieldPath& here,
                                   Decoding& decoding) {
  config::ProtocolOffer offer;
  offer.protocol = decoding.choice(message.protocol(), kProtocols, here / "protocol");
  offer.mechanisms = decode_mechanisms(message.mechanisms(), here / "mechanisms", decoding);
  offer.capability_source =
      decoding.choice(message.capability_source(), kCapabilitySources, here / "capability_source");
  offer.capabilities = texts(message.capabilities());
  offer.hidden_capabilities = texts(message.hidden_capabilities());
  offer.greeting = message.greeting();
  offer.backends = texts(message.backends());
  return offer;
}

void encode_limits(const config::ServerLimits& limits, pb::ServerLimits& out) {
  out.set_max_connections(limits.max_connections);
  out.set_max_connections_per_source(limits.max_connections_per_source);
  out.set_max_connections_before_login(limits.max_connections_before_login);
  out.set_max_command_octets(limits.max_command_octets);
  out.set_max_errors(limits.max_errors);
  out.set_max_commands(limits.max_commands);
  out.set_max_reply_octets(limits.max_reply_octets);
  out.set_max_failures_per_session(limits.max_failures_per_session);
  out.set_max_connections_per_user(limits.max_connections_per_user);
  out.set_new_connections_per_minute_per_source(limits.new_connections_per_minute_per_source);
  out.set_bytes_per_second(limits.bytes_per_second);
}

config::ServerLimits decode_limits(const pb::ServerLimits& message) {
  config::ServerLimits limits;
  limits.max_connections = message.max_connections();
  limits.max_connections_per_source = message.max_connections_per_source();
  limits.max_connections_before_login = message.max_connections_before_login();
  limits.max_command_octets = message.max_command_octets();
  limits.max_errors = message.max_errors();
  limits.max_commands = message.max_commands();
  limits.max_reply_octets = message.max_reply_octets();
  limits.max_failures_per_session = message.max_failures_per_session();
  limits.max_connections_per_user = message.max_connections_per_user();
  limits.new_connections_per_minute_per_source = message.new_connections_per_minute_per_source();
  limits.bytes_per_second = message.bytes_per_second();
  return limits;
}

void encode_timeouts(const config::ServerTimeouts& timeouts, pb::ServerTimeouts& out) {
  out.set_tls_handshake_ms(milliseconds(timeouts.tls_handshake));
  out.set_login_ms(milliseconds(timeouts.login));
  out.set_backend_connect_ms(milliseconds(timeouts.backend_connect));
  out.set_backend_login_ms(milliseconds(timeouts.backend_login));
  out.set_idle_ms(milliseconds(timeouts.idle));
  out.set_failure_delay_ms(milliseconds(timeouts.failure_delay));
}

config::ServerTimeouts decode_timeouts(const pb::ServerTimeouts& message) {
  config::ServerTimeouts timeouts;
  timeouts.tls_handshake = Duration(message.tls_handshake_ms());
  timeouts.login = Duration(message.login_ms());
  timeouts.backend_connect = Duration(message.backend_connect_ms());
  timeouts.backend_login = Duration(message.backend_login_ms());
  timeouts.idle = Duration(message.idle_ms());
  timeouts.failure_delay = Duration(message.failure_delay_ms());
  return timeouts;
}

void encode_rate(const config::FailureRate& rate, pb::FailureRate& out) {
  out.set_failures(rate.failures);
  out.set_window_s(static_cast<std::uint32_t>(rate.window.count()));
  out.set_block_s(static_cast<std::uint32_t>(rate.block.count()));
}

// A month: what is longer is a mistake, and would be kept in memory for so long.
constexpr std::uint32_t kMostRateSeconds = 31 * 86'400;

std::chrono::seconds decode_seconds(std::uint32_t number, const FieldPath& field,
                                    Decoding& decoding) {
  if (number == 0) decoding.refuse(field, "is 0");
  if (number > kMostRateSeconds) {
    decoding.refuse(field, fmt::format("{} is above {}", number, kMostRateSeconds));
  }
  return std::chrono::seconds(number);
}

config::FailureRate decode_rate(const pb::FailureRate& message, const FieldPath& here,
                                Decoding& decoding) {
  // A rate of 0 would say "never" to one reader and "always" to another.
  if (message.failures() == 0) decoding.refuse(here / "failures", "is 0");
  return {message.failures(), decode_seconds(message.window_s(), here / "window_s", decoding),
          decode_seconds(message.block_s(), here / "block_s", decoding)};
}

void encode_protection(const config::LoginProtection& protection, pb::LoginProtection& out) {
  out.set_penalty_grows(protection.penalty_grows);
  out.set_same_password_counts(protection.same_password_counts);
  encode_rate(protection.per_source, *out.mutable_per_source());
  encode_rate(protection.per_user, *out.mutable_per_user());
  encode_networks(protection.exempt, *out.mutable_exempt());
}

config::LoginProtection decode_protection(const pb::LoginProtection& message, Decoding& decoding) {
  const FieldPath here{nullptr, "protection"};
  config::LoginProtection protection;
  protection.penalty_grows = message.penalty_grows();
  protection.same_password_counts = message.same_password_counts();
  protection.per_source = decode_rate(message.per_source(), here / "per_source", decoding);
  protection.per_user = decode_rate(message.per_user(), here / "per_user", decoding);
  protection.exempt = decode_networks(message.exempt(), here / "exempt", decoding);
  return protection;
}

constexpr int kMostNamed = 64;

// Names of resources.
std::vector<std::string> decode_named(const TextList& list, std::string_view field,
                                      Decoding& decoding) {
  if (list.size() > kMostNamed) {
    decoding.refuse({nullptr, field}, fmt::format("has more than {}", kMostNamed));
  }
  for (int i = 0; i < list.size(); ++i) decoding.required(list[i], {nullptr, field, i});
  return texts(list);
}

// A set whose order is its own would be found by nobody.
std::vector<std::string> decode_domains(const TextList& list, Decoding& decoding) {
  std::vector<std::string> domains = texts(list);
  for (int i = 0; i < list.size(); ++i) {
    const FieldPath here{nullptr, "domains", i};
    decoding.required(list[i], here);
    if (list[i] != lower(list[i])) decoding.refuse(here, "is not in lower case");
    if (i > 0 && !(list[i - 1] < list[i])) decoding.refuse(here, "is not in order");
  }
  return domains;
}

void encode_names(const config::UserNames& names, pb::UserNames& out) {
  out.set_default_domain(names.default_domain);
  out.set_delimiter(static_cast<unsigned char>(names.delimiter));
  out.set_as_typed(names.as_typed);
}

config::UserNames decode_names(const pb::UserNames& message, Decoding& decoding) {
  const FieldPath here{nullptr, "names"};
  const std::uint32_t sign = message.delimiter();
  if (sign != 0 && (sign > 0x7E || !is_punctuation(static_cast<char>(sign)) || sign == '@')) {
    decoding.refuse(here / "delimiter", "is no ASCII punctuation");
  }
  if (message.default_domain() != lower(message.default_domain())) {
    decoding.refuse(here / "default_domain", "is not in lower case");
  }
  return {message.default_domain(), static_cast<char>(sign & 0x7F), message.as_typed()};
}

}  // namespace

void encode_server(const config::Server& server, pb::Server& out) {
  out.set_server_name(server.server_name);
  encode_tls(server.tls, *out.mutable_tls());
  for (const config::ProtocolOffer& offer : server.protocols) {
    encode_offer(offer, *out.add_protocols());
  }
  encode_limits(server.limits, *out.mutable_limits());
  encode_timeouts(server.timeouts, *out.mutable_timeouts());
  out.set_session_logging(to_wire(server.session_logging, kSessionLoggings));
  out.set_log_level(to_wire(server.log_level, kLogLevels));
  put_texts(server.providers, out.mutable_providers());
  // Written out, defaults too: they must not change with the version of whoever reads them (R4).
  encode_protection(server.protection, *out.mutable_protection());
  if (server.master_users) encode_master_users(*server.master_users, *out.mutable_master_users());
  put_texts(server.domains, out.mutable_domains());
  put_texts(server.domain_tables, out.mutable_domain_tables());
  // Absent where all is by default: such a server has the octets that it always had.
  if (server.names != config::UserNames{}) encode_names(server.names, *out.mutable_names());
  if (!server.routing.empty()) encode_routing(server.routing, *out.mutable_routing());
}

config::Server decode_server(const pb::Server& message, Decoding& decoding) {
  config::Server server;
  server.server_name = message.server_name();
  server.tls = decode_tls(message.tls(), decoding);
  for (int i = 0; i < message.protocols_size(); ++i) {
    const FieldPath here{nullptr, "protocols", i};
    server.protocols.push_back(decode_offer(message.protocols(i), here, decoding));
  }
  // Limits restrict: a message without them must not become a server with the defaults of some
  // other version (security R4), so their absence is a refusal.
  if (!message.has_limits()) decoding.refuse({nullptr, "limits"}, "is not set");
  if (!message.has_timeouts()) decoding.refuse({nullptr, "timeouts"}, "is not set");
  server.limits = decode_limits(message.limits());
  server.timeouts = decode_timeouts(message.timeouts());
  server.session_logging =
      decoding.choice(message.session_logging(), kSessionLoggings, {nullptr, "session_logging"});
  server.log_level = decoding.choice(message.log_level(), kLogLevels, {nullptr, "log_level"});
  server.providers = decode_named(message.providers(), "providers", decoding);
  if (message.has_protection()) {
    server.protection = decode_protection(message.protection(), decoding);
  }
  if (message.has_master_users()) {
    server.master_users = decode_master_users(message.master_users(), decoding);
  }
  server.domains = decode_domains(message.domains(), decoding);
  server.domain_tables = decode_named(message.domain_tables(), "domain_tables", decoding);
  if (message.has_names()) server.names = decode_names(message.names(), decoding);
  if (message.has_routing()) server.routing = decode_routing(message.routing(), decoding);
  return server;
}

}  // namespace postern::wire
