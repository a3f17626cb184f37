// Loop: one epoll instance of one worker. Knows descriptors only by a Token, never by a pointer, so
// a stale event can be told from a fresh one. Inbox: what other threads hand to this worker.
// Thread: everything but post() belongs to the worker's own thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "common/base/clock.h"

namespace postern::net {

enum class Role : std::uint8_t { Client, Backend, Listener, Inbox, Provider };

struct Token {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // the low 24 bits travel
  Role role = Role::Client;
};

struct Event {
  Token token;
  bool readable = false;  // EPOLLIN, EPOLLRDHUP, EPOLLHUP, EPOLLERR
  bool writable = false;  // EPOLLOUT, EPOLLHUP, EPOLLERR
  bool ended = false;     // EPOLLRDHUP, EPOLLHUP or EPOLLERR seen
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Edge-triggered, both directions, for the life of the descriptor. A descriptor that is watched
  // already gets the new token. False: the kernel has no room for it, no event will come.
  [[nodiscard]] bool watch(int fd, Token token);
  // Level-triggered reading, for listeners; unwatch pauses them.
  [[nodiscard]] bool watch_listener(int fd, Token token);
  void unwatch(int fd);

  // At most 256 events; the span is valid until the next call. Negative timeout: for ever; 0: look.
  [[nodiscard]] std::span<const Event> wait(Duration timeout);

  // From any thread: `work` runs on the worker between two batches. False when the inbox is full
  // (65 536): the caller keeps it.
  [[nodiscard]] bool post(std::function<void()> work);
  // Runs what was posted, and says how much that was; the worker calls it once a turn.
  std::size_t run_posted();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postern::net
