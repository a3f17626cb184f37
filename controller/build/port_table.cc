#include "controller/build/port_table.h"

#include <string_view>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/class_rules.h"
#include "controller/build/conflicts.h"

namespace postern::build {
namespace {

using Names = std::unordered_set<std::string_view>;

// One port while it is decided, claimant after claimant.
class Deciding {
 public:
  explicit Deciding(std::uint16_t port) {
    resource_.name = std::to_string(port);
    listener_.port = port;
  }

  [[nodiscard]] Outcome decide(const Claimant& claimant, const ListenerWish& wish) {
    if (!wish.off.reason.empty()) return {wish.off, remarks_on(wish)};
    if (!listener_.tenants.empty()) {
      if (auto lost = check_shared_port(listener_, wish)) {
        return {{lost->reason, lost->message}, {*lost}};
      }
    }
    config::Tenant tenant{claimant.wishes.server, {}, wish.plaintext, wish.max_connections};
    Outcome out;
    for (const HostnameWish& hostname : claimant.wishes.hostnames) {
      if (taken_.contains(hostname.name)) {
        out.remarks.push_back(lost_hostname(hostname, wish.port));
      } else {
        tenant.hostnames.push_back(hostname.name);
      }
    }
    if (tenant.hostnames.empty()) {  // nobody could reach it by name
      out.off = lost_every_hostname(wish.port);
      return out;
    }
    warn_of_clear_text(wish, out);
    admit(claimant, wish, std::move(tenant));
    return out;
  }

  [[nodiscard]] bool is_open() const { return !listener_.tenants.empty(); }
  [[nodiscard]] config::Resource finish(const ClassRules& rules) {
    rules.apply_to(listener_);
    resource_.body = std::move(listener_);
    return std::move(resource_);
  }

 private:
  // Only this one was not remarked on where it was found.
  static std::vector<Remark> remarks_on(const ListenerWish& wish) {
    if (wish.off.reason != "PortNotServed") return {};
    return {Remark{wish.field, wish.off.reason, wish.off.message}};
  }
  static void warn_of_clear_text(const ListenerWish& wish, Outcome& out) {
    if (wish.plaintext != config::Plaintext::Allow) return;
    out.remarks.push_back(
        insecure(wish.field + ".plaintext", "PlaintextLogin",
                 fmt::format("passwords may come in clear text on port {}", wish.port)));
  }
  void admit(const Claimant& claimant, const ListenerWish& wish, config::Tenant tenant) {
    listener_.protocol = wish.protocol;
    listener_.tls = wish.tls;
    for (const HostnameWish& hostname : claimant.wishes.hostnames) taken_.insert(hostname.name);
    listener_.tenants.push_back(std::move(tenant));
    resource_.sources.push_back(claimant.wishes.source);
  }

  config::Resource resource_;
  config::Listener listener_;
  Names taken_;  // names stand in the claimants
};

}  // namespace

void PortTable::enter(Claimant& claimant) {
  claimant.outcomes.resize(claimant.wishes.listeners.size());
  for (const ListenerWish& wish : claimant.wishes.listeners) {
    ports_[wish.port].claimants[claimant.wishes.age] = &claimant;
    marked_.insert(wish.port);
  }
}

void PortTable::leave(Claimant& claimant) {
  for (const ListenerWish& wish : claimant.wishes.listeners) {
    ports_[wish.port].claimants.erase(claimant.wishes.age);
    marked_.insert(wish.port);
  }
  claimant.outcomes.clear();
}

void PortTable::mark_all() {
  for (const auto& [number, port] : ports_) marked_.insert(number);
}

void PortTable::publish(Port& port, config::Resource listener, Decided& out) {
  const bool same =
      port.open && port.listener.body == listener.body && port.listener.sources == listener.sources;
  if (same) return;
  if (!port.open) ++open_;
  port.open = true;
  port.listener = std::move(listener);
  out.upserts.push_back(port.listener);
}

PortTable::Decided PortTable::decide(const ClassRules& rules) {
  Decided out;
  for (const std::uint16_t number : std::exchange(marked_, {})) {
    Port& port = ports_[number];
    Deciding deciding(number);
    for (const auto& [age, claimant] : port.claimants) {
      for (std::size_t i = 0; i < claimant->wishes.listeners.size(); ++i) {
        if (claimant->wishes.listeners[i].port != number) continue;
        Outcome outcome = deciding.decide(*claimant, claimant->wishes.listeners[i]);
        if (outcome == claimant->outcomes[i]) continue;
        claimant->outcomes[i] = std::move(outcome);
        out.servers.insert(claimant->key);
      }
    }
    if (deciding.is_open()) {
      publish(port, deciding.finish(rules), out);
      continue;
    }
    if (port.open) {
      out.removals.push_back({config::ResourceType::Listener, std::to_string(number)});
      --open_;
    }
    port.open = false;
    if (port.claimants.empty()) ports_.erase(number);
  }
  return out;
}

}  // namespace postern::build
