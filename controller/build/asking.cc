#include "controller/build/asking.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/conflicts.h"

namespace postern::build {
namespace {

void warn_of_clear_text(const ListenerWish& wish, Outcome& out) {
  if (wish.plaintext != config::Plaintext::Allow) return;
  out.remarks.push_back(
      insecure(wish.field + ".plaintext", "PlaintextLogin",
               fmt::format("passwords may come in clear text on port {}", wish.port)));
}

}  // namespace

Outcome outcome_of_off(const ListenerWish& wish) {
  // Only this one was not remarked on where it was found.
  if (wish.off.reason != "PortNotServed") return {wish.off, {}};
  return {wish.off, {Remark{wish.field, wish.off.reason, wish.off.message}}};
}

Outcome outcome_of_served(const ListenerWish& wish) {
  Outcome out;
  warn_of_clear_text(wish, out);
  return out;
}

config::Tenant tenant_of(const Wishes& wishes, const ListenerWish& wish) {
  config::Tenant out{wishes.server, {}, wish.plaintext, wish.max_connections};
  out.hostnames.reserve(wishes.hostnames.size());
  for (const HostnameWish& hostname : wishes.hostnames) out.hostnames.push_back(hostname.name);
  return out;
}

Asking::Asking(std::uint16_t port) {
  resource.name = std::to_string(port);
  config::Listener empty;
  empty.port = port;
  resource.body = std::move(empty);
}

Outcome Asking::ask(const Claimant& claimant, const ListenerWish& wish) {
  if (!wish.off.reason.empty()) return outcome_of_off(wish);
  if (!listener().tenants.empty()) {
    if (auto lost = check_shared_port(listener(), wish)) {
      return {{lost->reason, lost->message}, {*lost}};
    }
  }
  config::Tenant tenant = tenant_of(claimant.wishes, wish);
  Outcome out;
  std::erase_if(tenant.hostnames, [&](const std::string& name) { return taken_.contains(name); });
  for (const HostnameWish& hostname : claimant.wishes.hostnames) {
    if (taken_.contains(hostname.name)) out.remarks.push_back(lost_hostname(hostname, wish.port));
  }
  if (tenant.hostnames.empty()) {  // nobody could reach it by name
    out.off = lost_every_hostname(wish.port);
    return out;
  }
  warn_of_clear_text(wish, out);
  for (const HostnameWish& hostname : claimant.wishes.hostnames) taken_.insert(hostname.name);
  listener().protocol = wish.protocol;
  listener().tls = wish.tls;
  listener().proxy_protocol = wish.proxy_protocol;
  listener().tenants.push_back(std::move(tenant));
  sources.push_back(claimant.wishes.source);
  ages.push_back(claimant.wishes.age);
  return out;
}

}  // namespace postern::build
