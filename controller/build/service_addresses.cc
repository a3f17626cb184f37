#include "controller/build/service_addresses.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "common/base/limits.h"
#include "controller/build/checks.h"
#include "controller/build/class_rules.h"
#include "controller/build/slices.h"

namespace postern::build {
namespace {

// Each once, in order; those that people wrote only where the class lets proxies connect.
class Places {
 public:
  explicit Places(const ClassRules& rules) : rules_(rules) {}

  void add(const IpAddress& address, std::uint16_t port) {
    if (port != 0) found_.insert({address, port});
  }
  void add_written(const IpAddress& address, std::uint16_t port) {
    add_if(rules_.may_point_to(address), address, port);
  }
  void add_by_hand(const IpAddress& address, std::uint16_t port) {
    add_if(rules_.may_point_to_by_hand(address), address, port);
  }
  [[nodiscard]] const std::vector<IpAddress>& closed() const { return closed_; }
  // More than proxies take: the rest is left out, and a proxy asks some of those that are told.
  [[nodiscard]] bool are_too_many() const { return found_.size() > limits::kServiceAddresses; }
  [[nodiscard]] std::vector<ServerAddress> finish() const {
    std::vector<ServerAddress> out;
    for (const auto& [address, port] : found_ | std::views::take(limits::kServiceAddresses)) {
      out.push_back(ServerAddress{{address, port}});
    }
    return out;
  }

 private:
  void add_if(bool open, const IpAddress& address, std::uint16_t port) {
    if (open) {
      add(address, port);
    } else {
      closed_.push_back(address);
    }
  }

  const ClassRules& rules_;
  std::set<std::pair<IpAddress, std::uint16_t>> found_;
  std::vector<IpAddress> closed_;
};

void gather(const Setting& setting, const model::ServiceObject& service,
            const model::ServicePort& port, Places& out) {
  for (const IpAddress& address : service.addresses) out.add_written(address, direct_port(port));
  if (!service.addresses.empty()) return;
  const model::ObjectKey& key = service.meta.key;
  for (const auto* slice : setting.world.slices(key.object_namespace, key.name)) {
    for (const model::SliceEndpoint& endpoint : slice->endpoints) {
      const bool ready = state_of(endpoint) == config::EndpointState::Ready;
      if (!ready || endpoint.addresses.empty()) continue;
      // EndpointSlice API: consumers use the first address only.
      const IpAddress& address = endpoint.addresses.front();
      const std::uint16_t number = slice_port(*slice, port);
      service.has_selector ? out.add(address, number) : out.add_by_hand(address, number);
    }
  }
}

void set_addresses(const Setting& setting, ServerDraft& server, const AskedService& asked,
                   const Places& places, config::HttpService& out) {
  out.addresses = places.finish();
  const std::string field = asked.field + (asked.spec.service ? ".serviceRef" : ".url");
  const std::string who = "auth service " + asked.who;
  if (!places.closed().empty()) {
    server.remark(setting.rules.closed_target(places.closed(), field, who));
  }
  if (places.are_too_many()) {
    // How many there are is not told: it would be said anew as each pod comes and goes.
    server.remark(Remark{field, "PartiallyAccepted",
                         fmt::format("{} has more than {} addresses: proxies ask the first {}", who,
                                     limits::kServiceAddresses, limits::kServiceAddresses),
                         model::Severity::Warning});
  }
}

bool add_service(const Setting& setting, ServerDraft& server, const AskedService& asked,
                 config::HttpService& out) {
  const model::ServicePortRef& ref = *asked.spec.service;
  const std::string field = asked.field + ".serviceRef";
  const std::string path = ref.service.object_namespace + "/" + ref.service.name;
  out.host = fmt::format("{}.{}.svc", ref.service.name, ref.service.object_namespace);
  out.port = ref.port;
  if (auto refusal = check_reference(setting.world, field, server.spec->meta.key.object_namespace,
                                     {"Service", ref.service.object_namespace, ref.service.name})) {
    server.remark(std::move(refusal));
    return false;
  }
  const auto* service = setting.world.service(ref.service.object_namespace, ref.service.name);
  if (service == nullptr) {
    server.remark(Remark{field, "ServiceNotFound",
                         fmt::format("there is no Service {}; until there is, users are told to "
                                     "come back later",
                                     path)});
    return false;
  }
  const auto port = std::ranges::find(service->ports, ref.port, &model::ServicePort::port);
  if (port == service->ports.end()) {
    server.remark(Remark{field + ".port", "PortNotFound",
                         fmt::format("Service {} has no port {}", path, ref.port)});
    return false;
  }
  Places places(setting.rules);
  gather(setting, *service, *port, places);
  set_addresses(setting, server, asked, places, out);
  return true;
}

}  // namespace

bool add_place(const Setting& setting, ServerDraft& server, const AskedService& asked,
               config::HttpService& out) {
  if (asked.spec.service) return add_service(setting, server, asked, out);
  const model::ServiceUrl& url = asked.spec.url;
  out.host = url.host;
  out.port = url.port;
  Places places(setting.rules);
  if (const auto address = IpAddress::parse(url.host)) places.add_written(*address, url.port);
  for (const IpAddress& address : asked.spec.url_addresses) places.add_written(address, url.port);
  set_addresses(setting, server, asked, places, out);
  // A directory says itself which names it did not find, and why.
  const bool is_told = !setting.terms.in_cluster || asked.spec.name_to_resolve().empty();
  if (is_told || !asked.spec.url_addresses.empty()) return true;
  server.remark(Remark{asked.field + ".url", "NameNotResolved",
                       fmt::format("host name {} has no address that is known here; until it has "
                                   "one, users are told to come back later",
                                   url.host)});
  return false;
}

}  // namespace postern::build
