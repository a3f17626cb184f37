// Acceptor: the gate of one worker: a door for each of its listening sockets. Takes a socket and
// places, or turns the guest away; then the session has him. The listener resource is looked up by
// port at each accept, so the next guest meets the newest rules.
// Thread: the worker's own.
#pragma once

#include <cstdint>
#include <deque>

#include "proxy/net/listener.h"
#include "proxy/net/timers.h"
#include "proxy/session/worker.h"

namespace postern::entry {

class Acceptor {
 public:
  explicit Acceptor(session::Worker& worker);
  ~Acceptor();

  // `port` as written in the manifest; the socket may listen on another (--port-offset).
  void open_door(std::uint16_t port, net::ListeningSocket socket);
  void close_doors(std::uint16_t port);
  void close_all_doors();

 private:
  struct Door {
    std::uint16_t port = 0;
    net::ListeningSocket socket;
    net::TimerHook pause;
    bool watched = false;
    bool closed = false;
  };

  void knock(std::uint32_t index);
  // False when nobody is waiting any more, or nobody can be let in now.
  bool accept_one(Door& door, std::uint32_t index);
  void admit(std::uint16_t port, net::Accepted accepted);
  void watch(Door& door, std::uint32_t index);
  void pause(Door& door, std::uint32_t index);
  void close(Door& door);
  void spend_reserve(const Door& door);

  session::Worker& worker_;
  std::deque<Door> doors_;  // addresses are stable: timers hold hooks
  int reserve_ = -1;        // a descriptor to accept and close with when there are none left
};

}  // namespace postern::entry
