#include "proxy/entry/acceptor.h"

#include <fcntl.h>

#include <string>
#include <utility>

#include "common/base/limits.h"
#include "proxy/policy/admission.h"
#include "proxy/session/turn_away.h"

namespace postern::entry {

namespace {

using dialogue::Failure;

// Guests let in by one event; the others' turn comes before the next (level-triggered).
constexpr int kGuestsPerTurn = 64;
// While the worker lags: as many as it does handshakes in a turn.
constexpr int kGuestsPerLateTurn = limits::kHandshakesPerTurn;
// A closing door is shut when nobody came within this: handshakes that began before it are done.
constexpr Duration kQuiet{10};
// Guests sent away at one look, and looks in all: where the kernel does not drop new connections
// somebody may come for ever.
constexpr int kGuestsPerLook = 512;
constexpr int kMostLooks = 20;

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

Acceptor::Acceptor(session::Worker& worker) : worker_(worker), reserve_(open_reserve()) {
  worker_.on_listener([this](std::uint32_t index) { knock(index); });
}

Acceptor::~Acceptor() {
  if (reserve_ >= 0) net::Stream(reserve_).close();
}

void Acceptor::open_door(std::uint16_t port, net::ListeningSocket socket) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(doors_.size()));
    doors_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Door& door = doors_[index];
  door.state = State::Open;
  door.port = port;
  door.socket = std::move(socket);
  door.looks = 0;
  (void)rules(door);
  if (over_) return begin_closing(index, std::make_shared<Notice>());
  watch(door, index);
}

void Acceptor::close_doors(std::uint16_t port, std::function<void()> shut,
                           const std::optional<SocketAddress>& only) {
  auto notice = std::make_shared<Notice>();
  notice->doors = 1;  // ours, until all are told
  for (std::uint32_t index = 0; index < doors_.size(); ++index) {
    const Door& door = doors_[index];
    const bool meant =
        door.state == State::Open && door.port == port && (!only || door.socket.local() == *only);
    if (meant) begin_closing(index, notice);
  }
  notice->shut = std::move(shut);
  --notice->doors;
  if (notice->doors == 0 && notice->shut) notice->shut();
}

void Acceptor::close_all_doors(std::function<void()> shut) {
  over_ = true;
  auto notice = std::make_shared<Notice>();
  notice->doors = 1;
  for (std::uint32_t index = 0; index < doors_.size(); ++index) {
    if (doors_[index].state == State::Open) begin_closing(index, notice);
  }
  notice->shut = std::move(shut);
  --notice->doors;
  if (notice->doors == 0 && notice->shut) notice->shut();
}

void Acceptor::begin_closing(std::uint32_t index, std::shared_ptr<Notice> notice) {
  Door& door = doors_[index];
  (void)rules(door);
  net::drop_new_connections(door.socket);
  unwatch(door);
  door.timer.disarm();  // of a pause
  door.state = State::Closing;
  ++notice->doors;
  door.notice = std::move(notice);
  (void)send_away_queue(door);
  worker_.call_listener(door.timer, index, kQuiet);
}

void Acceptor::look_again(std::uint32_t index) {
  Door& door = doors_[index];
  const bool somebody = send_away_queue(door);
  if (somebody && ++door.looks < kMostLooks) {
    worker_.call_listener(door.timer, index, kQuiet);
  } else {
    shut(index);
  }
}

bool Acceptor::send_away_queue(Door& door) {
  bool somebody = false;
  for (int guests = 0; guests < kGuestsPerLook; ++guests) {
    auto accepted = net::accept_one(door.socket);
    if (accepted) {
      worker_.needs().counters.refused_connection("door_closing");
      session::turn_away(accepted->stream, door.tls, Failure::Draining);
      worker_.dismiss(std::move(accepted->stream));
    } else if (accepted.error() == net::AcceptFailure::WouldBlock) {
      return somebody;
    } else if (accepted.error() == net::AcceptFailure::NoDescriptors) {
      spend_reserve(door);
      return true;
    }
    somebody = true;
  }
  return somebody;
}

// The slot is free before anybody is told: he may open a door.
void Acceptor::shut(std::uint32_t index) {
  Door& door = doors_[index];
  door.timer.disarm();
  door.socket = net::ListeningSocket();
  door.state = State::Free;
  const std::shared_ptr<Notice> notice = std::move(door.notice);
  free_.push_back(index);
  --notice->doors;
  if (notice->doors == 0 && notice->shut) notice->shut();
}

// Where the kernel has no room to watch it, its guests are looked for from time to time.
void Acceptor::watch(Door& door, std::uint32_t index) {
  const net::Token token{index, 0, net::Role::Listener};
  door.watched = worker_.loop().watch_listener(door.socket.fd(), token);
  if (!door.watched) worker_.call_listener(door.timer, index, limits::kAcceptPause);
}

void Acceptor::unwatch(Door& door) {
  if (door.watched) worker_.loop().unwatch(door.socket.fd());
  door.watched = false;
}

void Acceptor::pause(Door& door, std::uint32_t index) {
  unwatch(door);
  worker_.call_listener(door.timer, index, limits::kAcceptPause);
}

void Acceptor::knock(std::uint32_t index) {
  Door& door = doors_[index];
  switch (door.state) {
    case State::Free: return;
    case State::Closing: return look_again(index);
    case State::Open: break;
  }
  if (!door.watched) watch(door, index);  // the pause is over
  const int most = worker_.lags() ? kGuestsPerLateTurn : kGuestsPerTurn;
  for (int guests = 0; guests < most && accept_one(door, index); ++guests) {
  }
}

bool Acceptor::accept_one(Door& door, std::uint32_t index) {
  auto accepted = net::accept_one(door.socket);
  if (accepted) {
    admit(door, std::move(*accepted));
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
  if (reserve_ < 0) reserve_ = open_reserve();
  if (reserve_ < 0) return;
  net::Stream(reserve_).close();
  if (auto guest = net::accept_one(door.socket)) {
    session::turn_away(guest->stream, door.tls, Failure::Overloaded);
  }
  reserve_ = open_reserve();
}

// The newest rules of the port; a door remembers what it needs when they are gone.
const config::Listener* Acceptor::rules(Door& door) const {
  const auto& prepared = worker_.prepared();
  const config::Listener* listener = prepared ? prepared->snapshot->listener(door.port) : nullptr;
  if (listener) door.tls = listener->tls;
  return listener;
}

void Acceptor::admit(Door& door, net::Accepted accepted) {
  worker_.needs().counters.accepted(door.port);
  const config::Listener* listener = rules(door);
  if (!listener || !policy::admit_connection(*listener).allowed()) {
    worker_.needs().counters.refused_connection("nothing_served");
    return;
  }
  const auto presentation = session::presentation_of(*listener, accepted.client.ip);
  if (presentation == session::Presentation::Refused) {
    worker_.needs().counters.refused_connection("not_trusted");
    return;
  }
  if (!worker_.has_memory()) {
    worker_.needs().counters.refused_connection("memory");
    session::turn_away(accepted.stream, listener->tls, Failure::Overloaded);
    return;
  }
  const config::Tenant& first = listener->tenants.front();
  const config::Server* server = worker_.prepared()->snapshot->server(first.server);
  auto places =
      session::first_places(worker_.needs().places, presentation,
                            {first.server, door.port, accepted.client.ip, {}, worker_.now()},
                            {server->limits, first.max_connections, worker_.most_connections()});
  if (!places) {
    worker_.needs().counters.refused_connection(places.error().scope);
    if (!places.error().silent) {
      session::turn_away(accepted.stream, listener->tls, Failure::Overloaded);
    }
    return;
  }
  worker_.open({std::move(accepted.stream), ClientAddress{accepted.client},
                ServerAddress{accepted.local}, listener, std::move(*places), presentation});
}

}  // namespace postern::entry
