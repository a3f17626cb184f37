#include "controller/decode/mail_server.h"

#include <utility>

#include "controller/decode/fields.h"

namespace postern::decode {

namespace {

model::TimeoutsSpec read_timeouts(const Node& timeouts) {
  model::TimeoutsSpec out;
  out.tls_handshake = duration_at(timeouts, "tlsHandshake");
  out.login = duration_at(timeouts, "login");
  out.backend_connect = duration_at(timeouts, "backendConnect");
  out.backend_login = duration_at(timeouts, "backendLogin");
  out.idle = duration_at(timeouts, "idle");
  return out;
}

void read_protocols(const Node& spec, model::MailServer& out) {
  const std::string& own = out.meta.key.object_namespace;
  const Node* protocols = spec.find("protocols");
  out.protocols_written = protocols != nullptr;
  static const Node kAllAbsent;
  if (protocols == nullptr) {
    out.protocols.push_back(read_imap(kAllAbsent, own));
  } else if (const Node* imap = protocols->find("imap")) {
    out.protocols.push_back(read_imap(*imap, own));
  }
}

model::RateSpec read_rate(const Node& protection, std::string_view key) {
  const Node* rate = protection.find(key);
  if (rate == nullptr) return {};
  return {count_at(*rate, "failures"), duration_at(*rate, "window"), duration_at(*rate, "block")};
}

model::LoginProtectionSpec read_login_protection(const Node& protection) {
  model::LoginProtectionSpec out;
  out.failure_delay = duration_at(protection, "failureDelay");
  out.max_failures_per_session = count_at(protection, "maxFailuresPerSession");
  out.penalty = text_at(protection, "penalty");
  out.same_password = text_at(protection, "samePassword");
  out.per_source = read_rate(protection, "perSource");
  out.per_user = read_rate(protection, "perUser");
  for (const Node& cidr : items_at(protection, "exemptCIDRs")) {
    if (const auto network = Network::parse(cidr.text)) out.exempt.push_back(*network);
  }
  return out;
}

void read_protection_and_logging(const Node& spec, model::MailServer& out) {
  if (const Node* protection = spec.find("loginProtection")) {
    out.login_protection = read_login_protection(*protection);
  }
  if (const Node* logging = spec.find("logging")) {
    out.logging.level = text_at(*logging, "level");
    out.logging.sessions = text_at(*logging, "sessions");
  }
}

}  // namespace

model::LimitsSpec read_limits(const Node& limits) {
  model::LimitsSpec out;
  out.max_connections = count_at(limits, "maxConnections");
  out.max_connections_per_source = count_at(limits, "maxConnectionsPerSource");
  out.max_connections_per_user = count_at(limits, "maxConnectionsPerUser");
  out.max_connections_before_login = count_at(limits, "maxConnectionsBeforeLogin");
  out.new_connections_per_minute_per_source = count_at(limits, "newConnectionsPerMinutePerSource");
  out.max_command_bytes = count_at(limits, "maxCommandBytes");
  out.max_errors = count_at(limits, "maxErrors");
  out.max_commands = count_at(limits, "maxCommands");
  out.max_reply_bytes = count_at(limits, "maxReplyBytes");
  out.bytes_per_second = large_count_at(limits, "bytesPerSecond");
  return out;
}

model::ObjectRef read_object_ref(const Node& ref, const std::string& own_namespace) {
  const Node* other = ref.find("namespace");
  return {text_at(ref, "name"), other == nullptr ? own_namespace : other->text};
}

model::BundleRef read_bundle_ref(const Node& ref, const std::string& own_namespace) {
  model::BundleRef out;
  const model::ObjectRef object = read_object_ref(ref, own_namespace);
  out.name = object.name;
  out.object_namespace = object.object_namespace;
  if (const Node* kind = ref.find("kind")) out.kind = kind->text;
  if (const Node* key = ref.find("key")) out.key = key->text;
  return out;
}

model::ConfigMapKeyRef read_config_map_key_ref(const Node& ref, const std::string& own_namespace,
                                               std::string_view key) {
  const model::ObjectRef object = read_object_ref(ref, own_namespace);
  return {object.name, object.object_namespace,
          has(ref, "key") ? text_at(ref, "key") : std::string(key)};
}

model::MailServer read_mail_server(const Node& document, model::Meta meta) {
  model::MailServer out;
  out.meta = std::move(meta);
  const std::string& own = out.meta.key.object_namespace;
  const Node& spec = *document.find("spec");
  out.ingress_class_name = text_at(spec, "ingressClassName");
  out.hostnames = texts_at(spec, "hostnames");
  out.server_name = text_at(spec, "serverName");
  out.domains = texts_at(spec, "domains");
  for (const Node& ref : items_at(spec, "domainsFrom")) {
    out.domains_from.push_back(read_config_map_key_ref(ref, own, "domains"));
  }
  read_protocols(spec, out);
  if (const Node* proxy = spec.find("proxyProtocol")) {
    out.proxy_protocol = read_proxy_protocol(*proxy, own);
  }
  if (const Node* tls = spec.find("tls")) out.tls = read_tls(*tls, own);
  if (const Node* users = spec.find("users")) out.users = read_users(*users);
  out.providers = read_providers(spec, own);
  out.master_users = read_master_users(spec);
  for (const Node& backend : items_at(spec, "backends")) {
    out.backends.push_back(read_backend(backend, own));
  }
  out.routing = read_routing(spec, own);
  if (const Node* limits = spec.find("limits")) out.limits = read_limits(*limits);
  if (const Node* timeouts = spec.find("timeouts")) out.timeouts = read_timeouts(*timeouts);
  read_protection_and_logging(spec, out);
  return out;
}

}  // namespace postern::decode
