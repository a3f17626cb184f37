// Resources with random content, of every kind and every choice, for tests of the stream. The same
// seed gives the same resources.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "common/config/resource.h"

namespace postern::test {

class RandomResources {
 public:
  explicit RandomResources(std::uint64_t seed) : engine_(seed) {}

  std::uint32_t below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(engine_);
  }
  bool coin() { return below(2) == 1; }
  template <class Enum>
  Enum choice(Enum last) {
    return static_cast<Enum>(below(static_cast<std::uint32_t>(last) + 1));
  }
  std::string word() {
    std::string text;
    for (std::uint32_t i = 1 + below(12); i > 0; --i) text += static_cast<char>('a' + below(26));
    return text;
  }
  // Any octets: texts of people and of certificates need not be UTF-8.
  std::string octets(std::uint32_t most) {
    std::string text;
    for (std::uint32_t i = below(most + 1); i > 0; --i) text += static_cast<char>(below(256));
    return text;
  }
  std::vector<std::string> words(std::uint32_t most) {
    std::vector<std::string> list(below(most + 1));
    for (std::string& text : list) text = word();
    return list;
  }
  std::vector<std::string> octet_strings(std::uint32_t most) {
    std::vector<std::string> list(below(most + 1));
    for (std::string& text : list) text = octets(20);
    return list;
  }

  config::SecretMaterial secret() {
    if (coin()) return config::TrustBundle{octets(200)};
    if (coin()) return config::SecretText{SharedSecret(word())};
    if (coin()) return config::Credentials{word(), SharedSecret(word())};
    if (below(4) == 0) {
      return config::OwnTicketKeys{
          SharedSecret(std::string((1 + below(16)) * config::kTicketMasterOctets, 'k'))};
    }
    config::KeyPair pair{octets(300), {}, octet_strings(4), below(2'000'000'000)};
    if (const std::string key = octets(100); !key.empty()) pair.key_pem = SharedSecret(key);
    return pair;
  }

  config::BackendLogin login() {
    config::BackendLogin login;
    login.method = choice(config::LoginMethod::ClientCertificate);
    login.form = choice(config::MasterForm::MasterThenName);
    login.separator = static_cast<char>('!' + below('~' - '!' + 1));
    if (login.method == config::LoginMethod::MasterUser) login.master = word();
    return login;
  }

  config::Backend backend() {
    config::Backend backend;
    backend.name = word();
    for (std::uint32_t i = below(3); i > 0; --i) {
      backend.ports.push_back({choice(Protocol::Lmtp), choice(config::BackendTlsMode::Disabled),
                               choice(config::ClientInfo::None),
                               choice(config::PasswordMechanism::Login), login()});
    }
    backend.tls = backend_tls();
    backend.declared_members = octet_strings(5);
    for (std::uint8_t& octet : backend.seed) octet = static_cast<std::uint8_t>(below(256));
    backend.on_unavailable = choice(config::OnUnavailable::NextMember);
    backend.retries = below(10);
    backend.pipelining = choice(config::Pipelining::Disabled);
    backend.login_errors = choice(config::LoginErrors::PassThrough);
    if (coin()) backend.dynamic = networks(3);
    backend.balancing = {choice(config::BalancingPolicy::RoundRobin),
                         choice(config::HashKey::Source), coin()};
    backend.health = {choice(config::HealthMode::Disabled), Duration(1000 + below(9999)),
                      Duration(100 + below(9999)), 1 + below(99), 1 + below(99)};
    backend.max_sessions_per_member = below(3);
    backend.redirects = choice(config::Redirects::Refuse);
    return backend;
  }

  IpAddress address() {
    std::array<std::uint8_t, 16> octets{};
    for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(below(256));
    if (coin()) return IpAddress::v6(octets);
    return IpAddress::v4({octets[0], octets[1], octets[2], octets[3]});
  }

  std::vector<Network> networks(std::uint32_t most) {
    std::vector<Network> list(below(most + 1));
    for (Network& network : list) {
      const IpAddress base = address();
      const std::uint32_t bits = base.family() == IpAddress::Family::V4 ? 32 : 128;
      network = *Network::parse(base.text() + "/" + std::to_string(below(bits + 1)));
    }
    return list;
  }

  config::Provider provider() {
    config::Provider provider;
    provider.name = word();
    provider.domains = words(3);
    provider.timeout = Duration(1 + below(9999));
    provider.on_unavailable = choice(config::NoAnswer::NextProvider);
    provider.on_reject = choice(config::OnReject::NextProvider);
    provider.mechanisms = mechanisms();
    if (coin()) {
      provider.cache = {std::chrono::seconds(below(99)), std::chrono::seconds(below(99)),
                        1 + below(99), coin()};
    }
    if (coin()) return provider;
    if (coin()) {
      provider.kind =
          config::CertificateProvider{choice(config::CertificateName::SubjectCommonName)};
      return provider;
    }
    provider.kind = config::HttpProvider{service(), choice(config::AuthStyle::Json),
                                         choice(config::Strictness::Nginx),
                                         choice(config::RefusalText::PassThrough), coin()};
    return provider;
  }

  config::EndpointSet endpoints() {
    config::EndpointSet set;
    for (std::uint32_t i = below(6); i > 0; --i) {
      config::Endpoint endpoint{word(),     address(),
                                {},         choice(config::EndpointState::NotReady),
                                below(100), coin() ? word() : ""};
      for (std::uint32_t p = below(3); p > 0; --p) {
        endpoint.ports.push_back({choice(Protocol::Lmtp), port()});
      }
      set.endpoints.push_back(std::move(endpoint));
    }
    return set;
  }

  config::Table table() {
    std::map<std::string, config::TableLine> lines;
    for (std::uint32_t i = below(6); i > 0; --i) {
      const std::string key = (coin() ? "@" : "") + word();
      lines[key] = {key, coin() ? word() : "", coin() ? octets(9) : ""};
    }
    config::Table table;
    for (auto& [key, line] : lines) table.lines.push_back(std::move(line));
    return table;
  }

  config::Server server() {
    config::Server server;
    server.server_name = octets(30);
    server.tls = server_tls();
    for (std::uint32_t i = below(4); i > 0; --i) server.protocols.push_back(offer());
    server.limits = {below(9), below(9), below(9), below(9), below(9),
                     below(9), below(9), below(9), below(9), below(9)};
    server.timeouts = {Duration(below(99)), Duration(below(99)), Duration(below(99)),
                       Duration(below(99)), Duration(below(99)), Duration(below(99))};
    server.session_logging = choice(config::SessionLogging::None);
    server.log_level = choice(config::LogLevel::Debug);
    server.providers = words(3);
    if (coin()) server.protection = {coin(), coin(), rate(), rate(), networks(3)};
    server.domains = words(4);
    std::ranges::sort(server.domains);
    server.domains.erase(std::unique(server.domains.begin(), server.domains.end()),
                         server.domains.end());
    if (coin()) server.names = {word(), coin() ? '+' : '\0', coin()};
    if (coin()) server.routing = routing();
    return server;
  }

  config::Routing routing() {
    config::Routing routing;
    for (std::uint32_t i = below(3); i > 0; --i) routing.tables.push_back({word(), coin()});
    for (std::uint32_t i = below(3); i > 0; --i) routing.rules.push_back(route_rule());
    if (routing.empty()) return {};
    for (std::uint8_t& octet : routing.seed) octet = static_cast<std::uint8_t>(below(256));
    return routing;
  }

  config::Listener listener() {
    config::Listener listener{
        port(), choice(Protocol::Lmtp), choice(config::ListenerTls::Disabled), {}};
    for (std::uint32_t i = 1 + below(3); i > 0; --i) {
      listener.tenants.push_back(
          {word(), octet_strings(3), choice(config::Plaintext::Allow), below(1000)});
    }
    for (std::uint32_t i = below(3); i > 0; --i) listener.addresses.push_back(address());
    if (coin()) {
      listener.socket = {below(9), below(9), below(9), coin(),  coin(),
                         coin(),   below(9), below(9), below(9)};
    }
    if (coin()) {
      listener.proxy_protocol = {networks(3), choice(config::OtherPeers::HeaderIgnored), coin()};
    }
    return listener;
  }

  config::ClassTerms class_terms() {
    config::ClassTerms terms;
    terms.drain.minimum = Duration(below(300'001));
    if (coin()) terms.drain.spread = Duration(below(86'400'001));
    terms.drain.deadline = Duration(10'000 + below(86'390'001));
    return terms;
  }

  config::TicketKeys ticket_keys() {
    return {ticket_master(), ticket_master(), ticket_master(), 1 + below(2'000'000'000)};
  }

  config::ResourceBody body(config::ResourceType type) {
    switch (type) {
      case config::ResourceType::Secret: return secret();
      case config::ResourceType::Backend: return backend();
      case config::ResourceType::Endpoints: return endpoints();
      case config::ResourceType::Table: return table();
      case config::ResourceType::Provider: return provider();
      case config::ResourceType::Server: return server();
      case config::ResourceType::Listener: return listener();
      case config::ResourceType::Class: return class_terms();
      case config::ResourceType::TicketKeys: return ticket_keys();
    }
    return secret();
  }

  config::Resource resource(config::ResourceType type) {
    config::Resource resource{word(), word(), {}, body(type)};
    for (std::uint32_t i = below(3); i > 0; --i) {
      resource.sources.push_back({word(), word(), word(), word(), below(1000)});
    }
    if (below(4) == 0) resource.required_features = {"listener-addresses"};
    return resource;
  }
  config::Resource resource() { return resource(choice(config::ResourceType::TicketKeys)); }

 private:
  SharedSecret ticket_master() {
    std::string octets;
    while (octets.size() < config::kTicketMasterOctets) {
      octets.push_back(static_cast<char>(below(256)));
    }
    return SharedSecret(octets);
  }

  std::uint16_t port() { return static_cast<std::uint16_t>(1 + below(65535)); }

  config::FailureRate rate() {
    return {1 + below(9), std::chrono::seconds(1 + below(99)), std::chrono::seconds(1 + below(99))};
  }

  config::RouteRule route_rule() {
    config::RouteRule rule{word(), {}, {}};
    if (coin()) rule.match.protocols = {choice(Protocol::Lmtp)};
    if (coin()) rule.match.ports = {port()};
    rule.match.hostnames = words(2);
    rule.match.domains = words(2);
    rule.match.users = octet_strings(2);
    if (coin()) rule.match.user_pattern = word();
    rule.match.sources = networks(2);
    rule.match.providers = words(2);
    if (coin()) rule.match.attributes = {{octets(5), octets(5)}};
    for (std::uint32_t i = 1 + below(3); i > 0; --i) {
      rule.targets.push_back({word(), 1 + below(9), coin() ? word() : ""});
    }
    return rule;
  }

  MechanismSet mechanisms() {
    MechanismSet set;
    for (const Mechanism mechanism : kMechanisms) {
      if (coin()) set.add(mechanism);
    }
    return set;
  }

  config::BackendTls backend_tls() {
    return {words(3), coin(), octet_strings(3), coin() ? word() : "",
            choice(config::Verification::None)};
  }

  config::HttpService service() {
    config::HttpService service;
    service.secure = coin();
    service.host = word();
    service.port = port();
    service.target = "/" + word();
    for (std::uint32_t i = below(3); i > 0; --i) service.addresses.push_back({{address(), port()}});
    service.tls = backend_tls();
    for (std::uint32_t i = below(3); i > 0; --i) {
      const bool is_secret = coin();
      service.headers.push_back({word(), is_secret ? "" : word(), is_secret ? word() : ""});
    }
    return service;
  }

  config::ServerTls server_tls() {
    return {words(3),
            choice(config::TlsVersion::Tls13),
            choice(config::TlsVersion::Tls13),
            octet_strings(3),
            choice(config::CipherPreference::Server),
            octet_strings(3),
            choice(config::UnknownNames::Reject),
            choice(config::ResumptionMode::Disabled),
            std::chrono::seconds(below(9999)),
            coin() ? word() : std::string(),
            client_certificates()};
  }

  config::ClientCertificates client_certificates() {
    if (coin()) return {};
    config::ClientCertificates out;
    out.mode = coin() ? config::ClientCertificateMode::Required
                      : config::ClientCertificateMode::OptionalUnverified;
    out.trust = words(3);
    if (out.trust.empty()) out.mode = config::ClientCertificateMode::OptionalUnverified;
    out.revocations = words(3);
    out.max_depth = 1 + below(10);
    out.sends_ca_names = coin();
    return out;
  }

  config::ProtocolOffer offer() {
    config::ProtocolOffer offer;
    offer.protocol = choice(Protocol::Lmtp);
    offer.mechanisms = mechanisms();
    offer.capability_source = choice(config::CapabilitySource::List);
    offer.capabilities = octet_strings(4);
    offer.hidden_capabilities = octet_strings(4);
    offer.greeting = octets(40);
    offer.backends = words(3);
    return offer;
  }

  std::mt19937_64 engine_;
};

}  // namespace postern::test
