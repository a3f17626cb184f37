// Load balancers that tell the client's address: whom a port believes. Each block is read once, and
// what is wrong with it is said once, however many ports it holds for.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/passes.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

config::OtherPeers other_peers_word(std::string_view word) {
  if (word == "Direct") return config::OtherPeers::Direct;
  return word == "HeaderIgnored" ? config::OtherPeers::HeaderIgnored : config::OtherPeers::Refuse;
}

Network alone(const IpAddress& address) {
  const bool v4 = address.family() == IpAddress::Family::V4;
  return {address, static_cast<std::uint8_t>(v4 ? 32 : 128)};
}

std::optional<Remark> check_service(const ServerDraft& server, const model::ObjectRef& ref,
                                    const model::ServiceObject* service, const std::string& field) {
  if (auto refusal =
          check_namespace(field, server.spec->meta.key.object_namespace, ref.object_namespace)) {
    return refusal;
  }
  if (service == nullptr) {
    return Remark{
        field, "ServiceNotFound",
        fmt::format("there is no Service {}/{}; until there is, nobody is believed for it",
                    ref.object_namespace, ref.name)};
  }
  // Whoever may write endpoints by hand could claim any address.
  if (service->has_selector || !service->addresses.empty()) return std::nullopt;
  return Remark{field, "InvalidField",
                fmt::format("Service {} has no selector: write the addresses in trustedCIDRs",
                            service->meta.key.path())};
}

void trust_service(const Setting& setting, ServerDraft& server, const model::ObjectRef& ref,
                   const std::string& field, std::vector<Network>& out) {
  const auto* service = setting.world.service(ref.object_namespace, ref.name);
  if (auto refusal = check_service(server, ref, service, field)) {
    return server.remark(std::move(refusal));
  }
  for (const IpAddress& address : service->addresses) out.push_back(alone(address));
  if (!service->addresses.empty()) return;
  for (const auto* slice : setting.world.slices(ref.object_namespace, ref.name)) {
    // One that is not ready any more still has connections.
    for (const model::SliceEndpoint& endpoint : slice->endpoints) {
      for (const IpAddress& address : endpoint.addresses) out.push_back(alone(address));
    }
  }
}

void warn(ServerDraft& server, const model::ProxyProtocolSpec& spec, const std::string& field) {
  const auto is_all = [](const Network& network) { return network.prefix == 0; };
  if (std::ranges::any_of(spec.trusted, is_all)) {
    server.remark(insecure(field + ".trustedCIDRs", "AnyPeerTrusted",
                           "everybody may claim any address by a PROXY header"));
  }
  if (spec.tls_info == "Trust") {
    server.remark(insecure(field + ".tlsInfo", "TLSInfoTrusted",
                           "passwords come in clear text from load balancers that say that they "
                           "ended TLS"));
  }
}

void add_block(const Setting& setting, ServerDraft& server, const model::ProxyProtocolSpec& spec,
               const std::string& field) {
  config::ListenerProxyProtocol out;
  out.trusted = spec.trusted;
  for (std::size_t i = 0; i < spec.trusted_services.size(); ++i) {
    trust_service(setting, server, spec.trusted_services[i],
                  fmt::format("{}.trustedServiceRefs[{}]", field, i), out.trusted);
  }
  std::ranges::sort(out.trusted, {}, [](const Network& n) { return std::pair(n.base, n.prefix); });
  const auto same = std::ranges::unique(out.trusted);
  out.trusted.erase(same.begin(), same.end());
  out.other_peers = other_peers_word(spec.other_peers);
  out.trusts_tls_info = spec.tls_info == "Trust";
  warn(server, spec, field);
  server.proxy_protocols[field] = std::move(out);
}

}  // namespace

void build_proxy_protocols(const Setting& setting, ServerDraft& server) {
  const model::MailServer& spec = *server.spec;
  if (spec.proxy_protocol) add_block(setting, server, *spec.proxy_protocol, "spec.proxyProtocol");
  for (const model::ProtocolSpec& protocol : spec.protocols) {
    for (std::size_t i = 0; i < protocol.listeners.size(); ++i) {
      const auto& own = protocol.listeners[i].proxy_protocol;
      if (own)
        add_block(setting, server, *own, listener_field(protocol.protocol, i) + ".proxyProtocol");
    }
  }
}

}  // namespace postern::build
