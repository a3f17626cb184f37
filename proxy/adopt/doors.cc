#include "proxy/adopt/doors.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace postern::adopt {

namespace {

const IpAddress& any_v6() {
  static const IpAddress address = IpAddress::v6({});
  return address;
}

bool contains(const std::vector<IpAddress>& all, const IpAddress& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

Doors::Doors(Binding binding, std::size_t workers)
    : binding_(std::move(binding)), workers_(workers) {}

DoorChange Doors::no_change() const {
  DoorChange change;
  change.opened.resize(workers_);
  return change;
}

void Doors::want(const config::Listener& listener, DoorChange& change) {
  Port& port = ports_[listener.port];
  port.wanted = {listener.port,      listener.protocol, listener.tls, {},
                 listener.addresses, listener.socket};
  port.addresses = listener.addresses.empty() ? binding_.addresses : listener.addresses;
  // IPv6 first; a machine without IPv6 gets the other alone.
  if (port.addresses.empty()) port.addresses = {any_v6(), IpAddress::v4({})};
  const std::vector<Open> unwanted = take_unwanted(port);
  open_missing(port, change);
  // What could not be opened may have them in its way: itself with other options, or a wildcard.
  auto& closed = awaits_shutting(listener.port) ? change.replaced : change.closed;
  for (const Open& open : unwanted) closed.push_back({listener.port, open.local});
}

void Doors::drop(std::uint16_t number, DoorChange& change) {
  const auto found = ports_.find(number);
  if (found == ports_.end()) return;
  Port& port = found->second;
  port.addresses.clear();
  port.failed.clear();
  if (!port.open.empty()) {
    change.closed.push_back({number, std::nullopt});
    port.answers_due += workers_;
  }
  for (const Open& open : port.open) port.shutting.push_back(open.ip);
  port.open.clear();
  if (port.answers_due == 0) ports_.erase(found);
}

// Those that are not wanted any more, or not with these options.
std::vector<Doors::Open> Doors::take_unwanted(Port& port) {
  const auto stays = [&](const Open& open) {
    return contains(port.addresses, open.ip) && open.options == port.wanted.socket;
  };
  const auto unwanted = std::stable_partition(port.open.begin(), port.open.end(), stays);
  std::vector<Open> out(unwanted, port.open.end());
  port.open.erase(unwanted, port.open.end());
  for (const Open& open : out) port.shutting.push_back(open.ip);
  port.answers_due += out.size() * workers_;
  return out;
}

void Doors::open_missing(Port& port, DoorChange& change) {
  port.failed.clear();
  for (const IpAddress& address : port.addresses) {
    if (is_open(port, address) || contains(port.shutting, address)) continue;
    open_one(port, address, change);
  }
}

void Doors::open_one(Port& port, const IpAddress& address, DoorChange& change) {
  const unsigned sum = unsigned{port.wanted.port} + binding_.port_offset;
  if (sum > 65535) {
    port.failed[address] = fmt::format("with --port-offset it would be {}", sum);
    return;
  }
  const auto number = static_cast<std::uint16_t>(sum);
  auto sockets = net::listen_on(SocketAddress{address, number}, workers_, port.wanted.socket);
  if (!sockets) {
    if (!may_fail(port, address)) {
      port.failed[address] = sockets.error().address + ": " + sockets.error().reason;
    }
    return;
  }
  port.open.push_back({address, port.wanted.socket, sockets->front().local()});
  for (std::size_t i = 0; i < workers_; ++i) {
    change.opened[i].push_back({port.wanted.port, std::move((*sockets)[i])});
  }
}

void Doors::shut(std::uint16_t number, DoorChange& change) {
  const auto found = ports_.find(number);
  if (found == ports_.end() || found->second.answers_due == 0) return;
  Port& port = found->second;
  if (--port.answers_due > 0) return;
  port.shutting.clear();
  if (port.addresses.empty()) {
    ports_.erase(found);
  } else {
    open_missing(port, change);
  }
}

void Doors::retry(std::uint16_t number, DoorChange& change) {
  const auto found = ports_.find(number);
  if (found != ports_.end()) open_missing(found->second, change);
}

bool Doors::awaits_shutting(std::uint16_t number) const {
  const auto found = ports_.find(number);
  if (found == ports_.end() || found->second.answers_due == 0) return false;
  const Port& port = found->second;
  return std::any_of(port.addresses.begin(), port.addresses.end(),
                     [&](const IpAddress& address) { return !is_open(port, address); });
}

std::string Doors::fault(std::uint16_t number) const {
  const auto found = ports_.find(number);
  if (found == ports_.end()) return {};
  std::string all;
  for (const auto& [address, reason] : found->second.failed) {
    all += (all.empty() ? "" : "; ") + reason;
  }
  if (all.empty() && awaits_shutting(number)) all = "the workers are still shutting it";
  return all;
}

std::vector<std::uint16_t> Doors::faulty() const {
  std::vector<std::uint16_t> out;
  for (const auto& [number, port] : ports_) {
    if (!fault(number).empty()) out.push_back(number);
  }
  return out;
}

std::vector<BoundListener> Doors::open() const {
  std::vector<BoundListener> out;
  for (const auto& [number, port] : ports_) {
    for (const Open& open : port.open) {
      out.push_back({number, port.wanted.protocol, port.wanted.tls, open.local});
    }
  }
  return out;
}

bool Doors::is_open(const Port& port, const IpAddress& address) {
  return std::any_of(port.open.begin(), port.open.end(),
                     [&](const Open& open) { return open.ip == address; });
}

// Nobody asked for IPv6 by name.
bool Doors::may_fail(const Port& port, const IpAddress& address) const {
  return port.wanted.addresses.empty() && binding_.addresses.empty() && address == any_v6();
}

}  // namespace postern::adopt
