#include "proxy/entry/acceptor.h"

#include <fcntl.h>

#include <string>
#include <utility>

#include "common/base/limits.h"
#include "proxy/policy/admission.h"
#include "proxy/session/turn_away.h"

namespace postern::entry {

namespace {

// Guests let in by one event; the others' turn comes before the next (level-triggered).
constexpr int kGuestsPerTurn = 64;

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

Acceptor::Acceptor(session::Worker& worker) : worker_(worker), reserve_(open_reserve()) {
  worker_.on_listener([this](std::uint32_t index) { knock(index); });
}

Acceptor::~Acceptor() {
  if (reserve_ >= 0) net::Stream(reserve_).close();
}

void Acceptor::open_door(std::uint16_t port, net::ListeningSocket socket) {
  Door& door = doors_.emplace_back();
  door.port = port;
  door.socket = std::move(socket);
  watch(door, static_cast<std::uint32_t>(doors_.size() - 1));
}

void Acceptor::close_doors(std::uint16_t port) {
  for (Door& door : doors_) {
    if (door.port == port) close(door);
  }
}

void Acceptor::close_all_doors() {
  for (Door& door : doors_) close(door);
}

void Acceptor::close(Door& door) {
  if (door.closed) return;
  if (door.watched) worker_.loop().unwatch(door.socket.fd());
  door.pause.disarm();
  door.socket = net::ListeningSocket();
  door.watched = false;
  door.closed = true;
}

void Acceptor::watch(Door& door, std::uint32_t index) {
  worker_.loop().watch_listener(door.socket.fd(), {index, 0, net::Role::Listener});
  door.watched = true;
}

void Acceptor::pause(Door& door, std::uint32_t index) {
  worker_.loop().unwatch(door.socket.fd());
  door.watched = false;
  worker_.pause_listener(door.pause, index, limits::kAcceptPause);
}

void Acceptor::knock(std::uint32_t index) {
  Door& door = doors_[index];
  if (door.closed) return;
  if (!door.watched) watch(door, index);  // the pause is over
  for (int guests = 0; guests < kGuestsPerTurn && accept_one(door, index); ++guests) {
  }
}

bool Acceptor::accept_one(Door& door, std::uint32_t index) {
  auto accepted = net::accept_one(door.socket);
  if (accepted) {
    admit(door.port, std::move(*accepted));
    return true;
  }
  switch (accepted.error()) {
    case net::AcceptFailure::WouldBlock: return false;
    case net::AcceptFailure::NoDescriptors:
      spend_reserve(door);
      pause(door, index);
      return false;
    case net::AcceptFailure::Other: return true;  // that guest is gone; the next may be there
  }
  return false;
}

// Without it the guest that cannot be accepted would wake the loop for ever.
void Acceptor::spend_reserve(const Door& door) {
  worker_.needs().counters.refused_connection("no_descriptors");
  if (reserve_ < 0) return;
  net::Stream(reserve_).close();
  (void)net::accept_one(door.socket);  // closed at once
  reserve_ = open_reserve();
}

void Acceptor::admit(std::uint16_t port, net::Accepted accepted) {
  worker_.needs().counters.accepted(port);
  const std::shared_ptr<const net::Prepared>& prepared = worker_.prepared();
  const config::Listener* listener = prepared ? prepared->snapshot->listener(port) : nullptr;
  if (!listener || !policy::admit_connection(*listener).allowed()) {
    worker_.needs().counters.refused_connection("nothing_served");
    return;
  }
  const config::Tenant& first = listener->tenants.front();
  const config::Server* server = prepared->snapshot->server(first.server);
  auto places = worker_.needs().places.arrive({first.server, port, accepted.client.ip},
                                              {server->limits, first.max_connections});
  if (!places) {
    worker_.needs().counters.refused_connection(quota::name_of(places.error().scope));
    session::turn_away(accepted.stream, *listener);
    return;
  }
  worker_.open({std::move(accepted.stream), ClientAddress{accepted.client},
                ServerAddress{accepted.local}, prepared, listener, std::move(*places)});
}

}  // namespace postern::entry
