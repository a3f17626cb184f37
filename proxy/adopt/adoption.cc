#include "proxy/adopt/adoption.h"

#include <fmt/format.h>

#include <algorithm>
#include <latch>
#include <utility>

namespace postern::adopt {

namespace {

// The wildcard addresses, IPv6 first; a machine without IPv6 gets the other alone.
std::vector<IpAddress> every_address() { return {IpAddress::v6({}), IpAddress::v4({})}; }

bool is_wildcard_v6(const IpAddress& address) { return address == IpAddress::v6({}); }

}  // namespace

Adoption::Adoption(Binding binding, std::vector<HandToWorker> workers)
    : binding_(std::move(binding)), workers_(std::move(workers)) {}

void Adoption::apply(Update update, std::function<void(Outcome)> done) {
  const std::size_t wanted = update.upserts.size() + update.removals.size();
  Preparation preparation = prepare(update.version, merged(update), running_, tls_);
  std::vector<Handover> handovers(workers_.size());
  bind_new(*preparation.prepared->snapshot, handovers, preparation.errors);
  const std::vector<std::uint16_t> closed = ports_to_close(*preparation.prepared->snapshot);
  for (Handover& handover : handovers) {
    handover.prepared = preparation.prepared;
    handover.closed = closed;
  }
  {
    const std::scoped_lock held(lock_);
    running_ = std::move(preparation.accepted);
    current_ = preparation.prepared;
  }
  hand_over(std::move(handovers));

  Outcome outcome{State::Active, std::move(preparation.errors)};
  if (!outcome.errors.empty()) {
    outcome.state = outcome.errors.size() >= wanted ? State::Rejected : State::PartiallyActive;
  }
  done(std::move(outcome));
}

Resources Adoption::merged(Update& update) const {
  Resources wanted = update.full_state ? Resources{} : running_;
  for (config::Resource& resource : update.upserts) {
    const config::ResourceKey key = resource.key();
    wanted[key] = std::make_shared<const config::Resource>(std::move(resource));
  }
  for (const config::ResourceKey& key : update.removals) wanted.erase(key);
  return wanted;
}

void Adoption::bind_new(const config::Snapshot& snapshot, std::vector<Handover>& handovers,
                        std::vector<ResourceError>& errors) {
  for (const auto& [key, resource] : snapshot.resources()) {
    const auto* listener = std::get_if<config::Listener>(&resource->body);
    if (!listener) continue;
    const bool is_bound = std::any_of(bound_.begin(), bound_.end(),
                                      [&](const auto& b) { return b.port == listener->port; });
    if (is_bound) continue;
    auto opened = bind_port(listener->port);
    if (!opened) {
      errors.push_back({key, resource->version, "", ErrorCode::BindFailed, "port",
                        fmt::format("{}: {}", opened.error().address, opened.error().reason),
                        true});
      continue;
    }
    for (Sockets& sockets : *opened) {
      const std::scoped_lock held(lock_);
      bound_.push_back({listener->port, listener->protocol, listener->tls, sockets[0].local()});
      for (std::size_t i = 0; i < handovers.size(); ++i) {
        handovers[i].opened.push_back({listener->port, std::move(sockets[i])});
      }
    }
  }
}

Result<std::vector<Adoption::Sockets>, net::BindError> Adoption::bind_port(
    std::uint16_t port) const {
  const bool everywhere = binding_.addresses.empty();
  const auto actual = static_cast<std::uint16_t>(port + binding_.port_offset);
  std::vector<Sockets> out;
  for (const IpAddress& address : everywhere ? every_address() : binding_.addresses) {
    auto sockets = net::listen_on(SocketAddress{address, actual}, workers_.size());
    if (sockets) {
      out.push_back(std::move(*sockets));
    } else if (!everywhere || !is_wildcard_v6(address)) {
      return Fail<net::BindError>(std::move(sockets.error()));
    }
  }
  return out;
}

std::vector<std::uint16_t> Adoption::ports_to_close(const config::Snapshot& snapshot) {
  std::vector<std::uint16_t> closed;
  const std::scoped_lock held(lock_);
  std::erase_if(bound_, [&](const BoundListener& bound) {
    if (snapshot.listener(bound.port)) return false;
    closed.push_back(bound.port);
    return true;
  });
  return closed;
}

void Adoption::hand_over(std::vector<Handover> handovers) {
  std::latch adopted(static_cast<std::ptrdiff_t>(handovers.size()));
  for (std::size_t i = 0; i < handovers.size(); ++i) {
    workers_[i](std::move(handovers[i]), [&adopted] { adopted.count_down(); });
  }
  adopted.wait();
}

std::vector<HeldResource> Adoption::held() const {
  const std::scoped_lock lock(lock_);
  std::vector<HeldResource> out;
  for (const auto& [key, resource] : running_) out.push_back({key, resource->version});
  return out;
}

std::string Adoption::version() const {
  const std::scoped_lock lock(lock_);
  return current_ ? current_->snapshot->version() : std::string();
}

std::vector<BoundListener> Adoption::listeners() const {
  const std::scoped_lock lock(lock_);
  return bound_;
}

std::shared_ptr<const net::Prepared> Adoption::current() const {
  const std::scoped_lock lock(lock_);
  return current_;
}

}  // namespace postern::adopt
