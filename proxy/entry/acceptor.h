// Acceptor: the gate of one worker: a door for each of its listening sockets. Takes a socket and
// places, or turns the guest away; then the session has him. The listener resource is looked up by
// port at each accept, so the next guest meets the newest rules.
// A door that is closed resets nobody: new connections are dropped (their clients try again), those
// that are in its queue are sent away in words, and it is shut when nobody comes any more.
// Thread: the worker's own.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "common/config/listener.h"
#include "proxy/net/listener.h"
#include "proxy/net/timers.h"
#include "proxy/session/worker.h"

namespace postern::entry {

class Acceptor {
 public:
  explicit Acceptor(session::Worker& worker);
  ~Acceptor();

  // `port` as written in the manifest; the socket may listen on another (--port-offset). A port may
  // have several doors, and doors that are closing beside the new one.
  void open_door(std::uint16_t port, net::ListeningSocket socket);
  // All doors of the port, or those at one of its addresses. `shut` is called, by this worker, when
  // their sockets are closed; at once when there are none.
  void close_doors(std::uint16_t port, std::function<void()> shut = {},
                   const std::optional<SocketAddress>& only = {});
  // No door opens any more: one that comes later is closed at once. `shut`: as above, of all that
  // are closing now.
  void close_all_doors(std::function<void()> shut = {});

  // Slots for doors, free ones too; for tests.
  [[nodiscard]] std::size_t doors() const { return doors_.size(); }

 private:
  enum class State : std::uint8_t { Free, Open, Closing };
  // Who wants to know when the doors that were closed together are shut.
  struct Notice {
    std::size_t doors = 0;
    std::function<void()> shut;
  };
  struct Door {
    State state = State::Free;
    std::uint16_t port = 0;
    net::ListeningSocket socket;
    net::TimerHook timer;  // ends a pause; or when to look again for guests at a closing door
    bool watched = false;
    config::ListenerTls tls = config::ListenerTls::StartTls;  // as it was when last looked up
    int looks = 0;
    std::shared_ptr<Notice> notice;
  };

  void knock(std::uint32_t index);
  // False when nobody is waiting any more, or nobody can be let in now.
  bool accept_one(Door& door, std::uint32_t index);
  void admit(Door& door, net::Accepted accepted);
  void watch(Door& door, std::uint32_t index);
  void unwatch(Door& door);
  void pause(Door& door, std::uint32_t index);
  void begin_closing(std::uint32_t index, std::shared_ptr<Notice> notice);
  void look_again(std::uint32_t index);
  // Everybody who is in the queue of a closing door; whether there was anybody.
  bool send_away_queue(Door& door);
  void shut(std::uint32_t index);
  void spend_reserve(const Door& door);
  [[nodiscard]] const config::Listener* rules(Door& door) const;

  session::Worker& worker_;
  std::deque<Door> doors_;  // addresses are stable: timers hold hooks
  std::vector<std::uint32_t> free_;
  bool over_ = false;  // the gate is closed for good
  int reserve_ = -1;   // a descriptor to accept and close with when there are none left
};

}  // namespace postern::entry
