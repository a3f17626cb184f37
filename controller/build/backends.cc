// Backends. One backend that lacks something keeps its place in routing without endpoints:
// its users are told to come back, and never land on a backend that is not theirs.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/build/backend_login.h"
#include "controller/build/checks.h"
#include "controller/build/class_rules.h"
#include "controller/build/members.h"
#include "controller/build/passes.h"
#include "controller/build/ports.h"
#include "controller/build/secrets.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

constexpr Protocol kProtocols[] = {Protocol::Imap,        Protocol::Pop3, Protocol::Submission,
                                   Protocol::ManageSieve, Protocol::Mx,   Protocol::Lmtp};

// running.md 6: the seed of placement, part of the API (docs/placement.md).
SipKey seed_of(const std::string& class_name, const model::ObjectKey& key) {
  std::string octets = "postern/1";
  for (const std::string* part : {&class_name, &key.object_namespace, &key.name}) {
    octets += '\0' + *part;
  }
  const Sha256 digest = sha256(octets);
  SipKey seed{};
  std::copy_n(digest.begin(), seed.size(), seed.begin());
  return seed;
}

// Where the ports of a backend come from; the reference is to a Service, except for addresses.
struct ServiceRef {
  model::ObjectRef ref;
  std::string field;
};

std::optional<ServiceRef> service_of(const BackendDraft& backend) {
  if (const auto* service = std::get_if<model::ServiceBackend>(&backend.spec->where)) {
    return ServiceRef{service->service, backend.field + ".service"};
  }
  if (const auto* set = std::get_if<model::StatefulSetBackend>(&backend.spec->where)) {
    return ServiceRef{{set->service_name, set->stateful_set.object_namespace},
                      backend.field + ".statefulSet"};
  }
  return std::nullopt;
}

const model::ServiceObject* find_service(const Setting& setting, ServerDraft& server,
                                         BackendDraft& backend, const ServiceRef& wanted) {
  auto refusal =
      check_reference(setting.world, wanted.field, server.spec->meta.key.object_namespace,
                      {"Service", wanted.ref.object_namespace, wanted.ref.name});
  const auto* service = setting.world.service(wanted.ref.object_namespace, wanted.ref.name);
  if (!refusal && service == nullptr) {
    refusal = Remark{wanted.field, "ServiceNotFound",
                     fmt::format("there is no Service {}/{}; until there is, its users are told to "
                                 "come back later",
                                 wanted.ref.object_namespace, wanted.ref.name)};
  }
  if (!refusal) return service;
  server.remark(std::move(refusal));
  backend.reachable = false;
  return nullptr;
}

struct PortWish {
  Protocol protocol = Protocol::Imap;
  const model::BackendPortSpec* written = nullptr;  // null: the backend's own settings hold
  std::string field;
  std::string tls;
  const model::ServiceObject* service = nullptr;  // null: none, or it is not there

  [[nodiscard]] std::string login_field(const BackendDraft& backend) const {
    return (written != nullptr && written->login ? field : backend.field) + ".login";
  }
};

PortWish wish_for(const BackendDraft& backend, Protocol protocol) {
  PortWish wish{protocol, nullptr, backend.field + ".tls", backend.spec->tls.mode, nullptr};
  for (std::size_t i = 0; i < backend.spec->ports.size(); ++i) {
    const model::BackendPortSpec& port = backend.spec->ports[i];
    if (port.protocol != protocol) continue;
    wish.written = &port;
    wish.field = fmt::format("{}.ports[{}]", backend.field, i);
    if (!port.tls.empty()) wish.tls = port.tls;
  }
  return wish;
}

config::BackendTlsMode dynamic_tls(std::string_view mode) {
  if (mode == "Disabled") return config::BackendTlsMode::Disabled;
  return mode == "StartTLS" ? config::BackendTlsMode::StartTls : config::BackendTlsMode::Implicit;
}

std::optional<FoundPort> find_port(const BackendDraft& backend, const PortWish& wish,
                                   const model::ServiceObject* service) {
  const auto number = wish.written != nullptr ? wish.written->port : std::nullopt;
  // The auth service tells the port, and nobody what it speaks.
  if (std::holds_alternative<model::DynamicBackend>(backend.spec->where)) {
    return FoundPort{{}, dynamic_tls(wish.tls)};
  }
  if (service != nullptr) {
    return number ? written_port(service->ports, wish.protocol, wish.tls, *number)
                  : discover_port(service->ports, wish.protocol, wish.tls);
  }
  if (!std::holds_alternative<model::AddressesBackend>(backend.spec->where)) return std::nullopt;
  if (!number) return discover_port(standard_ports(wish.protocol), wish.protocol, wish.tls);
  model::ServicePort port;
  port.port = *number;
  return written_port({port}, wish.protocol, wish.tls, *number);
}

config::BackendPort port_settings(const Setting& setting, ServerDraft& server,
                                  BackendDraft& backend, const PortWish& wish) {
  const model::BackendSpec& spec = *backend.spec;
  const bool own_login = wish.written != nullptr && wish.written->login;
  const bool own_client_info = wish.written != nullptr && !wish.written->client_info.empty();
  const model::LoginSpec& login = own_login ? *wish.written->login : spec.login;
  const std::string& client_info = own_client_info ? wish.written->client_info : spec.client_info;
  config::BackendPort out;
  out.protocol = wish.protocol;
  const auto known_info = client_info_word(client_info);
  const auto known_mechanism = password_mechanism_word(login.mechanism);
  const std::string at = own_login || own_client_info ? wish.field : backend.field;
  if (!known_info) {
    server.remark(not_supported_yet(at + ".clientInfo", client_info));
  } else if (!known_mechanism) {
    server.remark(not_supported_yet(wish.login_field(backend) + ".mechanism", login.mechanism));
  } else if (auto by = backend_login_of(setting, server, login, wish.login_field(backend))) {
    out.client_info = *known_info;
    out.password_mechanism = *known_mechanism;
    out.login = std::move(*by);
    return out;
  }
  backend.reachable = false;
  out.login = method_alone(login);
  return out;
}

void warn_of_clear_text(ServerDraft& server, const BackendDraft& backend, const PortWish& wish) {
  const bool own = wish.written != nullptr && !wish.written->tls.empty();
  server.remark(insecure(own ? wish.field + ".tls" : backend.field + ".tls.mode",
                         "BackendPlaintext",
                         fmt::format("passwords go to backend {} in clear text over {}",
                                     backend.spec->name, name_of(wish.protocol))));
}

// A Service that is missing may have had any port.
bool ports_unknown(const BackendDraft& backend, const model::ServiceObject* service) {
  return service == nullptr && service_of(backend);
}

void add_port(const Setting& setting, ServerDraft& server, BackendDraft& backend,
              const PortWish& wish) {
  const model::ServiceObject* service = wish.service;
  const auto found = find_port(backend, wish, service);
  if (!found && wish.written != nullptr && service != nullptr) {
    server.remark(
        Remark{wish.field, "PortNotFound",
               fmt::format("Service {} has no {} for {}", service->meta.key.path(),
                           wish.written->port ? fmt::format("port {}", *wish.written->port)
                                              : std::string("port"),
                           name_of(wish.protocol))});
  }
  // What was written, and what a missing Service may have had, keeps its place in routing.
  if (!found && wish.written == nullptr && !ports_unknown(backend, service)) return;
  config::BackendPort port = port_settings(setting, server, backend, wish);
  if (found) {
    port.tls = found->tls;
    auto refusal = check_login_in_clear(port, wish.login_field(backend));
    if (refusal) backend.reachable = false;
    server.remark(std::move(refusal));
  }
  backend.backend.ports.push_back(port);
  backend.ports.push_back(found ? found->port : model::ServicePort{});
  if (port.tls == config::BackendTlsMode::Disabled) warn_of_clear_text(server, backend, wish);
}

void add_ports(const Setting& setting, ServerDraft& server, BackendDraft& backend) {
  const auto wanted = service_of(backend);
  const auto* service = wanted ? find_service(setting, server, backend, *wanted) : nullptr;
  for (const Protocol protocol : kProtocols) {
    const bool offered =
        std::ranges::count(server.spec->protocols, protocol, &model::ProtocolSpec::protocol) > 0;
    if (!offered) continue;
    PortWish wish = wish_for(backend, protocol);
    wish.service = service;
    add_port(setting, server, backend, wish);
  }
}

bool uses_tls(const BackendDraft& backend) {
  return std::ranges::any_of(backend.backend.ports, [](const config::BackendPort& port) {
    return port.tls != config::BackendTlsMode::Disabled;
  });
}

void add_trust_of(const Setting& setting, ServerDraft& server, BackendDraft& backend) {
  const auto& refs = backend.spec->tls.ca_certificate_refs;
  config::BackendTls& tls = backend.backend.tls;
  if (!add_authorities(setting, server, refs, backend.field + ".tls", tls)) {
    backend.reachable = false;
  }
  // Of thousands of certificates each may come with its authority: only where one is asked for.
  if (!refs.empty() || !server.spec->tls || !uses_tls(backend)) return;
  for (const model::ObjectRef& ref : server.spec->tls->certificate_refs) {
    if (auto name = add_own_trust(setting, server, ref)) tls.trust.push_back(std::move(*name));
  }
}

std::vector<std::string> expected_names(const ServerDraft& server, const BackendDraft& backend) {
  if (!backend.spec->tls.server_names.empty()) return backend.spec->tls.server_names;
  std::vector<std::string> out;
  for (const std::string& hostname : server.hostnames) {
    if (!hostname.starts_with("*.")) out.push_back(hostname);
  }
  if (const auto wanted = service_of(backend)) {
    const std::string name = fmt::format("{}.{}", wanted->ref.name, wanted->ref.object_namespace);
    for (const char* end : {"", ".svc", ".svc.cluster.local"}) out.push_back(name + end);
  }
  return out;
}

void add_tls(const Setting& setting, ServerDraft& server, BackendDraft& backend) {
  const model::BackendTlsSpec& spec = backend.spec->tls;
  config::BackendTls& tls = backend.backend.tls;
  tls.verification = verification_word(spec.verification);
  tls.server_names = expected_names(server, backend);
  add_trust_of(setting, server, backend);
  if (spec.client_certificate_ref) {
    const std::string field = backend.field + ".tls.clientCertificateRef";
    auto pair = add_key_pair(setting, server, *spec.client_certificate_ref, field);
    if (pair) tls.client_key_pair = std::move(*pair);
    if (!pair) backend.reachable = false;
  }
  if (!uses_tls(backend)) return;
  if (tls.verification == config::Verification::None) {
    server.remark(insecure(backend.field + ".tls.verification", "BackendUnverified",
                           fmt::format("anybody between the proxy and backend {} can read "
                                       "passwords",
                                       backend.spec->name)));
  } else if (tls.verification == config::Verification::Full && tls.server_names.empty()) {
    server.remark(Remark{backend.field + ".tls.serverNames", "InvalidField",
                         "no name is known that the certificate must be valid for: write "
                         "tls.serverNames"});
    backend.reachable = false;
  }
}

// Addresses that a service tells are held to what the class opens, as those that people write.
void add_dynamic(const Setting& setting, ServerDraft& server, BackendDraft& backend) {
  const auto* dynamic = std::get_if<model::DynamicBackend>(&backend.spec->where);
  if (dynamic == nullptr) return;
  const std::string field = backend.field + ".dynamic.allowedCIDRs";
  backend.backend.dynamic = setting.rules.open_within(dynamic->allowed);
  if (backend.backend.dynamic.empty()) {
    server.remark(
        Remark{field, "EgressNotAllowed",
               "proxies of this class may connect to none of these addresses: ask whoever "
               "runs the proxies for egress.allowedCIDRs"});
  }
  const auto is_all = [](const Network& network) { return network.prefix == 0; };
  if (std::ranges::any_of(dynamic->allowed, is_all)) {
    server.remark(insecure(field, "TrustsEverybody",
                           fmt::format("passwords go wherever the auth service says for backend {}",
                                       backend.spec->name)));
  }
}

BackendDraft draft_backend(const Setting& setting, ServerDraft& server, std::size_t index) {
  BackendDraft backend;
  backend.spec = &server.spec->backends[index];
  backend.field = fmt::format("spec.backends[{}]", index);
  backend.name = server.path + "/" + backend.spec->name;
  backend.backend.name = backend.spec->name;
  backend.backend.seed = seed_of(setting.terms.class_name, server.spec->meta.key);
  backend.backend.retries = backend.spec->retries;
  backend.backend.pipelining = pipelining_word(backend.spec->pipelining);
  backend.backend.login_errors = login_errors_word(backend.spec->login_errors);
  add_members(*backend.spec, backend.backend);
  add_ports(setting, server, backend);
  add_tls(setting, server, backend);
  add_dynamic(setting, server, backend);
  if (!backend.reachable) backend.backend.dynamic.clear();
  return backend;
}

}  // namespace

void build_backends(const Setting& setting, ServerDraft& server) {
  for (std::size_t i = 0; i < server.spec->backends.size(); ++i) {
    server.backends.push_back(draft_backend(setting, server, i));
  }
}

}  // namespace postern::build
