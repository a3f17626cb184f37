#include "tests/golden/dump.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::golden {
namespace {

using namespace config;

std::string list(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

template <class Enum, std::size_t N>
const char* word(Enum value, const char* const (&words)[N]) {
  return words[static_cast<std::size_t>(value)];
}

const char* tls_word(ListenerTls tls) { return word(tls, {"Implicit", "StartTLS", "Disabled"}); }

class Writer {
 public:
  void begin(const std::string& heading) { text_ += heading + ":\n"; }
  void fact(std::string_view name, const std::string& value) {
    text_ += fmt::format("  {}: {}\n", name, value);
  }
  // A fact that is as it is by default tells nothing.
  template <class T>
  void changed(std::string_view name, const T& value, const T& by_default) {
    if (value != by_default) fact(name, fmt::format("{}", value));
  }
  void some(std::string_view name, const std::vector<std::string>& items) {
    if (!items.empty()) fact(name, list(items));
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string digest(ByteView octets) { return "sha256:" + hex(sha256(octets)).substr(0, 16); }

void write(Writer& out, const SecretMaterial& material) {
  if (const auto* pair = std::get_if<KeyPair>(&material)) {
    out.fact("chain", digest(pair->chain_pem.text()));
    out.fact("key", digest(pair->key_pem.reveal()));
    out.some("names", pair->dns_names.strings());
  } else if (const auto* trust = std::get_if<TrustBundle>(&material)) {
    out.fact("authorities", digest(trust->ca_pem.text()));
  } else if (const auto* text = std::get_if<SecretText>(&material)) {
    out.fact("text", digest(text->text.reveal()));
  } else if (const auto* tickets = std::get_if<OwnTicketKeys>(&material)) {
    out.fact("ticket keys", digest(tickets->masters.reveal()));
  } else {
    const auto& credentials = std::get<Credentials>(material);
    out.fact("user", credentials.user);
    out.fact("password", digest(credentials.password.reveal()));
  }
}

std::string list(const std::vector<Network>& networks) {
  std::vector<std::string> texts;
  for (const Network& network : networks) texts.push_back(network.text());
  return list(texts);
}

std::string list(MechanismSet mechanisms) {
  std::vector<std::string> names;
  for (const Mechanism mechanism : kMechanisms) {
    if (mechanisms.has(mechanism)) names.emplace_back(name_of(mechanism));
  }
  return list(names);
}

void write(Writer& out, const BackendTls& tls) {
  out.some("trust", tls.trust);
  out.fact("system authorities", tls.system_trust ? "yes" : "no");
  out.some("names", tls.server_names);
  if (!tls.client_key_pair.empty()) out.fact("client certificate", tls.client_key_pair);
  out.fact("verification", word(tls.verification, {"Full", "CAOnly", "None"}));
}

std::string login_text(const BackendLogin& login) {
  std::string text =
      word(login.method, {"password", "master user", "the client's token", "client certificate"});
  if (login.method != LoginMethod::MasterUser) return text;
  text += fmt::format(" of {}, {}", login.master,
                      word(login.form, {"AuthzID", "NameThenMaster", "MasterThenName"}));
  if (login.form != MasterForm::AuthzId) text += fmt::format(" with {}", login.separator);
  return text;
}

void write_members(Writer& out, const Backend& backend) {
  const Backend usual;
  if (const Balancing& balancing = backend.balancing; balancing != usual.balancing) {
    out.fact("balancing", fmt::format("{} by {}{}",
                                      word(balancing.policy,
                                           {"ConsistentHash", "LeastConnections", "RoundRobin"}),
                                      word(balancing.hash_key, {"User", "Domain", "Source"}),
                                      balancing.prefers_zone ? ", own zone first" : ""));
  }
  if (const HealthCheck& health = backend.health; health != usual.health) {
    out.fact("health",
             fmt::format("{} each {} ms within {} ms, out after {}, back after {}",
                         word(health.mode, {"Passive", "Connect", "Greeting", "Disabled"}),
                         health.interval.count(), health.timeout.count(), health.failure_threshold,
                         health.success_threshold));
  }
  out.changed("sessions of a member", backend.max_sessions_per_member, 0U);
  if (backend.redirects == Redirects::Refuse) out.fact("redirects", "Refuse");
}

void write(Writer& out, const Backend& backend) {
  for (const BackendPort& port : backend.ports) {
    out.fact(name_of(port.protocol),
             fmt::format("{}, client info {}, passwords by {}",
                         word(port.tls, {"Implicit", "StartTLS", "Disabled"}),
                         word(port.client_info, {"Native", "ProxyV1", "ProxyV2", "None"}),
                         word(port.password_mechanism, {"Auto", "PLAIN", "LOGIN"})));
    if (port.login != BackendLogin{}) {
      out.fact(fmt::format("{} login of verified users", name_of(port.protocol)),
               login_text(port.login));
    }
  }
  write(out, backend.tls);
  out.some("members", backend.declared_members);
  out.fact("seed", hex(backend.seed));
  out.fact("on unavailable", word(backend.on_unavailable, {"TemporaryFailure", "NextMember"}));
  out.changed("retries", backend.retries, Backend{}.retries);
  if (backend.pipelining == Pipelining::Disabled) out.fact("pipelining", "Disabled");
  if (backend.login_errors == LoginErrors::PassThrough) out.fact("login errors", "PassThrough");
  if (!backend.dynamic.empty()) out.fact("told addresses", list(backend.dynamic));
  write_members(out, backend);
}

void write(Writer& out, const EndpointSet& set) {
  if (set.endpoints.empty()) out.fact("endpoints", "[]");
  for (const Endpoint& endpoint : set.endpoints) {
    std::string text = endpoint.address.text();
    for (const EndpointPort& port : endpoint.ports) {
      text += fmt::format(" {}={}", name_of(port.protocol), port.port);
    }
    out.fact(fmt::format("'{}'", endpoint.id),
             fmt::format("{} {}{}", text,
                         word(endpoint.state, {"Ready", "ServingTerminating", "NotReady"}),
                         endpoint.zone.empty() ? "" : " in " + endpoint.zone));
  }
}

void write(Writer& out, const Table& table) {
  if (table.lines.empty()) out.fact("lines", "[]");
  std::vector<std::string> keys;  // of a set
  for (const TableLine& line : table.lines) {
    if (line.backend.empty()) {
      keys.push_back(line.key);
      continue;
    }
    out.fact("'" + line.key + "'",
             line.member.empty() ? line.backend : line.backend + "/" + line.member);
  }
  out.some("keys", keys);
}

void write(Writer& out, const HttpProvider& http) {
  const HttpService& service = http.service;
  out.fact("asks", fmt::format("{}://{}:{}{}", service.secure ? "https" : "http", service.host,
                               service.port, service.target));
  std::vector<std::string> addresses;
  for (const ServerAddress& address : service.addresses) addresses.push_back(address.text());
  out.fact("at", list(addresses));
  if (service.secure) write(out, service.tls);
  for (const HttpHeader& header : service.headers) {
    out.fact("header " + header.name,
             header.secret.empty() ? "'" + header.value + "'" : "of " + header.secret);
  }
  out.fact("style", word(http.style, {"AuthHTTP", "JSON"}));
  if (http.strictness == Strictness::Nginx) out.fact("strictness", "Nginx");
  if (http.refusal_text == RefusalText::PassThrough) out.fact("refusal text", "PassThrough");
  if (http.sends_client_certificate) out.fact("client certificate of users", "sent");
}

void write(Writer& out, const Provider& provider) {
  out.fact("checks", list(provider.mechanisms));
  out.some("domains", provider.domains);
  out.changed("timeout, ms", provider.timeout.count(), Provider{}.timeout.count());
  if (provider.on_unavailable == NoAnswer::NextProvider) out.fact("no answer", "NextProvider");
  if (provider.on_reject == OnReject::NextProvider) out.fact("refusal", "NextProvider");
  if (const auto& cache = provider.cache) {
    out.fact("kept",
             fmt::format("accepted {} s, rejected {} s, {} entries{}", cache->accepted.count(),
                         cache->rejected.count(), cache->max_entries,
                         cache->stale_when_unavailable ? ", stale" : ""));
  }
  if (const auto* http = std::get_if<HttpProvider>(&provider.kind)) {
    write(out, *http);
  } else if (const auto* own = std::get_if<CertificateProvider>(&provider.kind)) {
    out.fact("asks",
             std::string("the client's certificate, ") +
                 word(own->name_from, {"SANEmail", "SANDNS", "SANURI", "SubjectCommonName"}));
  } else {
    out.fact("asks", "the mail pod");
  }
}

void write(Writer& out, const ProtocolOffer& offer) {
  const std::string protocol(name_of(offer.protocol));
  out.fact(protocol + " mechanisms", list(offer.mechanisms));
  out.fact(protocol + " backends", list(offer.backends));
  if (offer.capability_source == CapabilitySource::List) {
    out.fact(protocol + " capabilities", list(offer.capabilities));
  }
  out.some(protocol + " hidden", offer.hidden_capabilities);
  if (!offer.greeting.empty()) out.fact(protocol + " greeting", offer.greeting);
}

void write(Writer& out, const ServerTls& tls) {
  const char* const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
  out.some("key pairs", tls.key_pairs);
  out.fact("TLS", fmt::format("{} to {}", word(tls.min_version, versions),
                              word(tls.max_version, versions)));
  out.some("cipher suites", tls.cipher_suites);
  if (tls.cipher_preference == CipherPreference::Server) out.fact("cipher preference", "Server");
  out.some("groups", tls.groups);
  if (tls.unknown_names == UnknownNames::Reject) out.fact("unknown names", "Reject");
  if (tls.resumption != ResumptionMode::Tickets) {
    out.fact("resumption", word(tls.resumption, {"Tickets", "Cache", "Disabled"}));
  }
  if (!tls.tickets.empty()) out.fact("ticket keys", tls.tickets);
  out.changed("resumption lifetime, s", tls.resumption_lifetime.count(),
              ServerTls{}.resumption_lifetime.count());
  const ClientCertificates& clients = tls.client_certificates;
  if (clients.mode == ClientCertificateMode::None) return;
  out.fact("client certificates",
           word(clients.mode, {"None", "Optional", "Required", "OptionalUnverified"}));
  out.some("client authorities", clients.trust);
  out.some("revocation lists", clients.revocations);
  out.changed("client depth", clients.max_depth, ClientCertificates{}.max_depth);
  if (!clients.sends_ca_names) out.fact("names of authorities", "Omit");
}

void write(Writer& out, const ServerLimits& limits) {
  const ServerLimits usual;
  out.changed("connections", limits.max_connections, usual.max_connections);
  out.changed("connections of a source", limits.max_connections_per_source,
              usual.max_connections_per_source);
  out.changed("connections before login", limits.max_connections_before_login,
              usual.max_connections_before_login);
  out.changed("command octets", limits.max_command_octets, usual.max_command_octets);
  out.changed("errors", limits.max_errors, usual.max_errors);
  out.changed("commands", limits.max_commands, usual.max_commands);
  out.changed("reply octets", limits.max_reply_octets, usual.max_reply_octets);
  out.changed("failures", limits.max_failures_per_session, usual.max_failures_per_session);
  out.changed("connections of a user", limits.max_connections_per_user,
              usual.max_connections_per_user);
  out.changed("new connections of a source, a minute", limits.new_connections_per_minute_per_source,
              usual.new_connections_per_minute_per_source);
  out.changed("octets a second", limits.bytes_per_second, usual.bytes_per_second);
}

std::string rate_text(const FailureRate& rate) {
  return fmt::format("{} in {} s, then {} s", rate.failures, rate.window.count(),
                     rate.block.count());
}

void write(Writer& out, const LoginProtection& protection) {
  const LoginProtection usual;
  if (!protection.penalty_grows) out.fact("penalty", "Disabled");
  if (protection.same_password_counts) out.fact("same password", "Count");
  out.changed("a source", rate_text(protection.per_source), rate_text(usual.per_source));
  out.changed("a user", rate_text(protection.per_user), rate_text(usual.per_user));
  if (!protection.exempt.empty()) out.fact("exempt", list(protection.exempt));
}

void write(Writer& out, const ServerTimeouts& timeouts) {
  const ServerTimeouts usual;
  const auto change = [&](const char* name, Duration value, Duration by_default) {
    out.changed(std::string(name) + ", ms", value.count(), by_default.count());
  };
  change("handshake", timeouts.tls_handshake, usual.tls_handshake);
  change("login", timeouts.login, usual.login);
  change("backend connect", timeouts.backend_connect, usual.backend_connect);
  change("backend login", timeouts.backend_login, usual.backend_login);
  change("idle", timeouts.idle, usual.idle);
  change("failure delay", timeouts.failure_delay, usual.failure_delay);
}

void write(Writer& out, const Routing& routing) {
  for (const RoutingTable& table : routing.tables) {
    out.fact("table", (table.table.empty() ? "none" : table.table) +
                          (table.rejects_on_miss ? ", others are unknown" : ""));
  }
  for (const RouteRule& rule : routing.rules) {
    std::vector<std::string> to;
    for (const RouteTarget& target : rule.targets) {
      to.push_back(fmt::format("{}{}{} {}", target.backend, target.member.empty() ? "" : "/",
                               target.member, target.weight));
    }
    out.fact("rule " + rule.name, list(to));
    const RouteMatch& match = rule.match;
    std::vector<std::string> words;
    for (const Protocol protocol : match.protocols) words.emplace_back(name_of(protocol));
    for (const std::uint16_t port : match.ports) words.push_back(std::to_string(port));
    for (const auto* texts : {&match.hostnames, &match.domains, &match.users, &match.providers}) {
      words.insert(words.end(), texts->begin(), texts->end());
    }
    if (!match.user_pattern.empty()) words.push_back("/" + match.user_pattern + "/");
    for (const Network& network : match.sources) words.push_back(network.text());
    for (const RouteAttribute& one : match.attributes) words.push_back(one.name + "=" + one.value);
    out.fact("  for", list(words));
  }
}

void write(Writer& out, const Server& server) {
  out.fact("says", server.server_name);
  write(out, server.tls);
  for (const ProtocolOffer& offer : server.protocols) write(out, offer);
  write(out, server.limits);
  write(out, server.timeouts);
  write(out, server.protection);
  out.some("providers", server.providers);
  if (const auto& masters = server.master_users) {
    out.fact("master users", list(masters->allowed));
    if (masters->separator != 0) out.fact("master separator", std::string(1, masters->separator));
  }
  out.some("domains", server.domains);
  out.some("domain tables", server.domain_tables);
  if (!server.names.default_domain.empty()) out.fact("domain added", server.names.default_domain);
  if (server.names.delimiter != 0) out.fact("delimiter", std::string(1, server.names.delimiter));
  if (server.names.as_typed) out.fact("names", "as typed");
  write(out, server.routing);
  if (server.session_logging != SessionLogging::All) {
    out.fact("sessions logged", word(server.session_logging, {"All", "Failures", "None"}));
  }
  if (server.log_level != LogLevel::Info) {
    out.fact("log level", word(server.log_level, {"Error", "Warning", "Info", "Debug"}));
  }
}

void write(Writer& out, const ListenerSocket& socket) {
  const ListenerSocket usual;
  out.changed("backlog", socket.backlog, usual.backlog);
  out.changed("receive buffer", socket.receive_buffer_octets, usual.receive_buffer_octets);
  out.changed("send buffer", socket.send_buffer_octets, usual.send_buffer_octets);
  out.changed("IPv6 only", socket.ipv6_only, usual.ipv6_only);
  out.changed("multipath", socket.multipath, usual.multipath);
  out.changed("keep alive", socket.keep_alive, usual.keep_alive);
  out.changed("keep alive idle, s", socket.keep_alive_idle_s, usual.keep_alive_idle_s);
  out.changed("keep alive interval, s", socket.keep_alive_interval_s, usual.keep_alive_interval_s);
  out.changed("keep alive probes", socket.keep_alive_probes, usual.keep_alive_probes);
}

void write(Writer& out, const Listener& listener) {
  out.fact("speaks", fmt::format("{} {}", name_of(listener.protocol), tls_word(listener.tls)));
  for (const Tenant& tenant : listener.tenants) {
    std::string text = list(tenant.hostnames);
    if (tenant.plaintext == Plaintext::Allow) text += " plaintext";
    if (tenant.max_connections != 0) text += fmt::format(" at most {}", tenant.max_connections);
    out.fact("'" + tenant.server + "'", text);
  }
  std::vector<std::string> addresses;
  for (const IpAddress& address : listener.addresses) addresses.push_back(address.text());
  out.some("addresses", addresses);
  write(out, listener.socket);
  if (const auto& proxy = listener.proxy_protocol) {
    out.fact("PROXY from", list(proxy->trusted));
    out.fact("others", word(proxy->other_peers, {"Direct", "Refuse", "HeaderIgnored"}));
    if (proxy->trusts_tls_info) out.fact("TLS told by a header", "trusted");
  }
}

std::string span_of(Duration duration) { return fmt::format("{} ms", duration.count()); }

void write(Writer& out, const ClassTerms& terms) {
  out.fact("drain minimum", span_of(terms.drain.minimum));
  if (terms.drain.spread) out.fact("drain spread", span_of(*terms.drain.spread));
  out.fact("drain deadline", span_of(terms.drain.deadline));
  if (terms.max_connections != 0) {
    out.fact("connections", std::to_string(terms.max_connections));
  }
}

// Random: of no world, and in no golden file.
void write(Writer& out, const TicketKeys& keys) {
  out.fact("made", std::to_string(keys.made_unix_s));
}

void write_problems(Writer& out, const char* heading, const model::Problems& problems) {
  if (problems.empty()) return;
  out.begin(heading);
  for (const model::Problem& problem : problems) {
    const bool warning = problem.severity == model::Severity::Warning;
    out.fact(problem.reason + (warning ? " (warning)" : ""), model::to_text(problem));
  }
}

}  // namespace

std::string dump(const build::Built& built, const model::Problems& decoding) {
  Writer out;
  for (const Resource& resource : built.resources) {
    out.begin(fmt::format("{} {}", name_of(resource.type()), resource.name));
    std::visit([&](const auto& body) { write(out, body); }, resource.body);
    std::vector<std::string> sources;
    for (const SourceRef& source : resource.sources) {
      sources.push_back(fmt::format("{} {}/{}", source.kind, source.object_namespace, source.name));
    }
    out.fact("from", list(sources));
  }
  if (!built.served.empty()) out.begin("served");
  for (const build::ServedServer& server : built.served) {
    std::vector<std::string> ports;
    for (const build::ServedListener& listener : server.listeners) {
      ports.push_back(fmt::format("{} {} {}", listener.port, name_of(listener.protocol),
                                  tls_word(listener.tls)));
    }
    out.fact(server.path, list(ports));
  }
  write_problems(out, "while reading", decoding);
  write_problems(out, "problems", built.problems);
  return out.take();
}

}  // namespace postern::golden
