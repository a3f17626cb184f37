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

// An endpoint may come in several slices: one for each family, or one for each set of ports, or
// twice while it moves between slices. The same id is one member: IPv4 before IPv6, and the best
// state that is told.
class Gathering {
 public:
  explicit Gathering(const ClassRules& rules) : rules_(rules) {}

  // An address that people wrote, by whatever way: the class says where proxies may connect.
  void add_written(Endpoint endpoint) {
    if (rules_.may_point_to(endpoint.address)) {
      add(std::move(endpoint));
    } else {
      closed_.push_back(endpoint.address);
    }
  }
  void add(Endpoint endpoint) {
    if (endpoint.ports.empty()) return;
    const auto [entry, fresh] = by_id_.try_emplace(endpoint.id, endpoint);
    Endpoint& known = entry->second;
    if (fresh) return;
    if (known.address == endpoint.address) {
      for (const config::EndpointPort& port : endpoint.ports) {
        if (known.port(port.protocol) == 0) known.ports.push_back(port);
      }
      known.state = std::min(known.state, endpoint.state);
    } else if (endpoint.address < known.address) {
      known = std::move(endpoint);
    }
  }

  // Those of them where proxies may not connect.
  [[nodiscard]] const std::vector<IpAddress>& closed() const { return closed_; }
  [[nodiscard]] config::EndpointSet finish() {
    config::EndpointSet out;
    for (auto& [id, endpoint] : by_id_) {
      std::ranges::sort(endpoint.ports, {}, &config::EndpointPort::protocol);
      out.endpoints.push_back(std::move(endpoint));
    }
    return out;
  }

 private:
  const ClassRules& rules_;
  std::map<std::string, Endpoint> by_id_;
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
      selected ? out.add(std::move(endpoint)) : out.add_written(std::move(endpoint));
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

}  // namespace

void build_endpoints(const Setting& setting, ServerDraft& server) {
  for (BackendDraft& backend : server.backends) {
    if (!backend.backend.ports.empty()) backend.endpoints = gather(setting, server, backend);
  }
}

}  // namespace postern::build
