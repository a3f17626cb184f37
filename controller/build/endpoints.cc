// Who serves each backend now: from EndpointSlices, from postern.dev/addresses of a Service, or
// from the addresses that were written.
#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/class_rules.h"
#include "controller/build/passes.h"
#include "controller/build/slices.h"

namespace postern::build {
namespace {

using config::Endpoint;
using config::EndpointState;

// Which pod an endpoint is, and how new is what is told of it.
struct Origin {
  std::string uid;  // empty: not told
  std::uint64_t revision = 0;
  [[nodiscard]] bool is_of(const Origin& other) const {
    return uid == other.uid || uid.empty() || other.uid.empty();
  }
  [[nodiscard]] bool is_newer_than(const Origin& other) const {
    return !uid.empty() && uid == other.uid && revision > other.revision && other.revision != 0;
  }
};

// An endpoint may come in several slices: one for each family, or one for each set of ports, or
// twice while it moves between slices. The same id is one member: of one pod the newer slice knows
// its state, and IPv4 comes before IPv6; of two pods (one that goes and its successor, or an
// address that was given on) the live one counts.
class Gathering {
 public:
  explicit Gathering(const ClassRules& rules) : rules_(rules) {}

  // An address that people wrote, by whatever way: the class says where proxies may connect.
  void add_written(Endpoint endpoint) {
    const bool open = rules_.may_point_to(endpoint.address);
    add_if(open, std::move(endpoint), {});
  }
  void add_by_hand(Endpoint endpoint, const Origin& origin) {
    const bool open = rules_.may_point_to_by_hand(endpoint.address);
    add_if(open, std::move(endpoint), origin);
  }
  void add(Endpoint endpoint, const Origin& origin) {
    if (endpoint.ports.empty()) return;
    Found now{std::move(endpoint), origin};
    const auto [entry, fresh] = by_id_.try_emplace(now.endpoint.id, now);
    Found& known = entry->second;
    if (fresh) return;
    const bool one_pod = now.origin.is_of(known.origin);
    if (one_pod && now.endpoint.address == known.endpoint.address) {
      merge(known, std::move(now));
    } else if (now.is_better_than(known, one_pod)) {
      known = std::move(now);
    }
  }

  // Those of them where proxies may not connect.
  [[nodiscard]] const std::vector<IpAddress>& closed() const { return closed_; }
  [[nodiscard]] config::EndpointSet finish() {
    config::EndpointSet out;
    for (auto& [id, found] : by_id_) {
      Endpoint& endpoint = found.endpoint;
      std::ranges::sort(endpoint.ports, {}, &config::EndpointPort::protocol);
      out.endpoints.push_back(std::move(endpoint));
    }
    return out;
  }

 private:
  struct Found {
    Endpoint endpoint;
    Origin origin;
    // As a member of the same id, with another address or of another pod.
    [[nodiscard]] bool is_better_than(const Found& other, bool one_pod) const {
      if (!one_pod && endpoint.state != other.endpoint.state) {
        return endpoint.state < other.endpoint.state;
      }
      if (endpoint.address != other.endpoint.address) {
        return endpoint.address < other.endpoint.address;
      }
      return origin.revision > other.origin.revision;
    }
  };
  static void merge(Found& known, Found now) {
    for (const config::EndpointPort& port : now.endpoint.ports) {
      if (known.endpoint.port(port.protocol) == 0) known.endpoint.ports.push_back(port);
    }
    if (now.origin.is_newer_than(known.origin)) {
      known.endpoint.state = now.endpoint.state;
    } else if (!known.origin.is_newer_than(now.origin)) {
      known.endpoint.state = std::min(known.endpoint.state, now.endpoint.state);
    }
    if (known.origin.revision < now.origin.revision) known.origin = std::move(now.origin);
  }
  void add_if(bool open, Endpoint endpoint, const Origin& origin) {
    if (open) {
      add(std::move(endpoint), origin);
    } else {
      closed_.push_back(endpoint.address);
    }
  }

  const ClassRules& rules_;
  std::map<std::string, Found> by_id_;
  std::vector<IpAddress> closed_;
};

std::vector<config::EndpointPort> slice_ports(const BackendDraft& backend,
                                              const model::EndpointSliceObject& slice) {
  std::vector<config::EndpointPort> out;
  for (std::size_t i = 0; i < backend.ports.size(); ++i) {
    if (backend.ports[i].port == 0) continue;
    const std::uint16_t port = slice_port(slice, backend.ports[i]);
    if (port != 0) out.push_back({backend.backend.ports[i].protocol, port});
  }
  return out;
}

// Where there is no Service in between: the port is the target's, else the one that is written.
std::vector<config::EndpointPort> direct_ports(const BackendDraft& backend) {
  std::vector<config::EndpointPort> out;
  for (std::size_t i = 0; i < backend.ports.size(); ++i) {
    const std::uint16_t number = direct_port(backend.ports[i]);
    if (number != 0) out.push_back({backend.backend.ports[i].protocol, number});
  }
  return out;
}

bool is_member(const BackendDraft& backend, const std::string& id) {
  return std::ranges::count(backend.backend.declared_members, id) > 0;
}

// Endpoints of a Service with a selector are pods; those of one without are whatever was written.
void gather_slices(const Setting& setting, const BackendDraft& backend, const model::ObjectRef& ref,
                   Gathering& out) {
  const bool pods = std::holds_alternative<model::StatefulSetBackend>(backend.spec->where);
  const auto* service = setting.world.service(ref.object_namespace, ref.name);
  const bool selected = service != nullptr && service->has_selector;
  for (const auto* slice : setting.world.slices(ref.object_namespace, ref.name)) {
    for (const model::SliceEndpoint& from : slice->endpoints) {
      if (from.addresses.empty()) continue;
      // EndpointSlice API: consumers use the first address only.
      Endpoint endpoint{from.addresses.front().text(),
                        from.addresses.front(),
                        slice_ports(backend, *slice),
                        state_of(from),
                        1,
                        from.zone};
      if (pods) {
        endpoint.id = from.hostname.empty() ? from.target_pod : from.hostname;
        if (!is_member(backend, endpoint.id)) continue;
      }
      const Origin origin{from.target_uid, slice->revision};
      selected ? out.add(std::move(endpoint), origin)
               : out.add_by_hand(std::move(endpoint), origin);
    }
  }
}

// Without a cluster: the first address is pod 0, and so on.
void gather_annotated(const BackendDraft& backend, const model::ServiceObject& service,
                      Gathering& out) {
  const auto& members = backend.backend.declared_members;
  for (std::size_t i = 0; i < service.addresses.size(); ++i) {
    if (!members.empty() && i >= members.size()) break;
    const IpAddress& address = service.addresses[i];
    out.add_written({members.empty() ? address.text() : members[i], address, direct_ports(backend),
                     EndpointState::Ready, 1});
  }
}

void gather_service(const Setting& setting, const BackendDraft& backend,
                    const model::ObjectRef& ref, Gathering& out) {
  const auto* service = setting.world.service(ref.object_namespace, ref.name);
  if (service != nullptr && !service->addresses.empty()) {
    gather_annotated(backend, *service, out);
  } else {
    gather_slices(setting, backend, ref, out);
  }
}

void gather_addresses(ServerDraft& server, const BackendDraft& backend,
                      const model::AddressesBackend& addresses, Gathering& out) {
  for (std::size_t i = 0; i < addresses.members.size(); ++i) {
    const model::AddressMember& member = addresses.members[i];
    if (const auto address = IpAddress::parse(member.address)) {
      out.add_written({member.name, *address, direct_ports(backend), EndpointState::Ready, 1});
      continue;
    }
    const std::string field = fmt::format("{}.addresses[{}].address", backend.field, i);
    server.remark(
        not_supported_yet(field, fmt::format("host name {}; write an IP address", member.address)));
  }
}

void tell_of_closed(const Setting& setting, ServerDraft& server, const BackendDraft& backend,
                    const std::vector<IpAddress>& closed) {
  if (closed.empty()) return;
  const auto& where = backend.spec->where;
  const char* key = std::holds_alternative<model::AddressesBackend>(where)     ? ".addresses"
                    : std::holds_alternative<model::StatefulSetBackend>(where) ? ".statefulSet"
                                                                               : ".service";
  server.remark(
      setting.rules.closed_target(closed, backend.field + key, "backend " + backend.spec->name));
}

config::EndpointSet gather(const Setting& setting, ServerDraft& server,
                           const BackendDraft& backend) {
  Gathering out(setting.rules);
  const auto& where = backend.spec->where;
  if (const auto* addresses = std::get_if<model::AddressesBackend>(&where)) {
    gather_addresses(server, backend, *addresses, out);
  } else if (!backend.reachable) {
    return {};
  } else if (const auto* service = std::get_if<model::ServiceBackend>(&where)) {
    gather_service(setting, backend, service->service, out);
  } else if (const auto* set = std::get_if<model::StatefulSetBackend>(&where)) {
    gather_service(setting, backend, {set->service_name, set->stateful_set.object_namespace}, out);
  }
  tell_of_closed(setting, server, backend, out.closed());
  return backend.reachable ? out.finish() : config::EndpointSet{};
}

std::optional<LastingPods> pods_behind(const Setting& setting, const BackendDraft& backend) {
  const auto* by = std::get_if<model::ServiceBackend>(&backend.spec->where);
  if (by == nullptr || !backend.reachable) return std::nullopt;
  const model::ObjectRef& ref = by->service;
  const auto* service = setting.world.service(ref.object_namespace, ref.name);
  if (service == nullptr || !service->has_selector) return std::nullopt;
  return lasting_pods(setting.world.slices(ref.object_namespace, ref.name));
}

}  // namespace

void build_endpoints(const Setting& setting, ServerDraft& server) {
  for (BackendDraft& backend : server.backends) {
    if (backend.backend.ports.empty()) continue;
    backend.endpoints = gather(setting, server, backend);
    backend.pods = pods_behind(setting, backend);
  }
}

}  // namespace postern::build
