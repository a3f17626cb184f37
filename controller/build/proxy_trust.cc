#include "controller/build/proxy_trust.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"

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

std::optional<Remark> check_service(const model::ObjectRef& ref,
                                    const model::ServiceObject* service, const std::string& field) {
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

void add_endpoints(const world::World& world, const model::ServiceObject& service,
                   std::vector<Network>& out) {
  for (const IpAddress& address : service.addresses) out.push_back(alone(address));
  if (!service.addresses.empty()) return;
  const model::ObjectKey& key = service.meta.key;
  for (const auto* slice : world.slices(key.object_namespace, key.name)) {
    // One that is not ready any more still has connections.
    for (const model::SliceEndpoint& endpoint : slice->endpoints) {
      for (const IpAddress& address : endpoint.addresses) out.push_back(alone(address));
    }
  }
}

void warn(const model::ProxyProtocolSpec& spec, const std::string& field, ProxyTrust& out) {
  const auto is_all = [](const Network& network) { return network.prefix == 0; };
  if (std::ranges::any_of(spec.trusted, is_all)) {
    out.remarks.push_back(insecure(field + ".trustedCIDRs", "TrustsEverybody",
                                   "everybody may claim any address by a PROXY header"));
  }
  if (spec.tls_info == "Trust") {
    out.remarks.push_back(insecure(field + ".tlsInfo", "PlaintextLogin",
                                   "passwords come in clear text from load balancers that say "
                                   "that they ended TLS"));
  }
}

}  // namespace

ProxyTrust proxy_trust(const world::World& world, const model::ProxyProtocolSpec& spec,
                       const std::string& field, const std::optional<std::string>& own) {
  ProxyTrust out;
  std::vector<Network>& trusted = out.believed.trusted;
  trusted = spec.trusted;
  for (std::size_t i = 0; i < spec.trusted_services.size(); ++i) {
    const model::ObjectRef& ref = spec.trusted_services[i];
    const auto* service = world.service(ref.object_namespace, ref.name);
    const std::string at = fmt::format("{}.trustedServiceRefs[{}]", field, i);
    std::optional<Remark> refusal;
    if (own) {
      refusal = check_reference(world, at, *own, {"Service", ref.object_namespace, ref.name});
    }
    if (!refusal) refusal = check_service(ref, service, at);
    if (refusal) {
      out.remarks.push_back(std::move(*refusal));
    } else {
      add_endpoints(world, *service, trusted);
    }
  }
  std::ranges::sort(trusted, {}, [](const Network& n) { return std::pair(n.base, n.prefix); });
  const auto same = std::ranges::unique(trusted);
  trusted.erase(same.begin(), same.end());
  out.believed.other_peers = other_peers_word(spec.other_peers);
  out.believed.trusts_tls_info = spec.tls_info == "Trust";
  warn(spec, field, out);
  return out;
}

}  // namespace postern::build
