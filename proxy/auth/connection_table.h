// ConnectionTable: the HTTP connections of one worker by slot and generation, so that an event of a
// descriptor that was closed reaches nobody. Belongs to one worker.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/auth/http_connection.h"
#include "proxy/auth/http_pool.h"
#include "proxy/net/loop.h"

namespace postern::auth {

class ConnectionTable {
 public:
  struct Slot {
    std::unique_ptr<HttpConnection> connection;  // null: the slot is free
    HttpPool* pool = nullptr;
    policy::RequestId asked_for = policy::RequestId::None;  // None: idle
    std::uint32_t generation = 0;
  };

  // Takes the connection and has it watched; nothing when the kernel has no room to watch it.
  [[nodiscard]] std::optional<std::uint32_t> open(HttpConnection connection, HttpPool& pool,
                                                  net::Loop& loop);
  void close(std::uint32_t index);
  [[nodiscard]] Slot& at(std::uint32_t index) { return slots_[index]; }
  // Null: of a connection that is closed.
  [[nodiscard]] Slot* find(const net::Token& token);

 private:
  std::deque<Slot> slots_;  // addresses are stable
  std::vector<std::uint32_t> free_;
};

}  // namespace postern::auth
