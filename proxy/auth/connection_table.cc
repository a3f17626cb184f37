#include "proxy/auth/connection_table.h"

#include <utility>

namespace postern::auth {

std::optional<std::uint32_t> ConnectionTable::open(HttpConnection connection, HttpPool& pool,
                                                   net::Loop& loop) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  Slot& slot = slots_[index];
  ++slot.generation;
  if (!loop.watch(connection.fd(), {index, slot.generation, net::Role::Provider})) {
    return std::nullopt;
  }
  free_.pop_back();
  slot.connection = std::make_unique<HttpConnection>(std::move(connection));
  slot.pool = &pool;
  slot.asked_for = policy::RequestId::None;
  ++pool.open;
  return index;
}

void ConnectionTable::close(std::uint32_t index) {
  Slot& slot = slots_[index];
  --slot.pool->open;
  std::erase(slot.pool->idle, index);
  slot.connection.reset();
  slot.pool = nullptr;
  slot.asked_for = policy::RequestId::None;
  free_.push_back(index);
}

ConnectionTable::Slot* ConnectionTable::find(const net::Token& token) {
  constexpr std::uint32_t kTravels = 0xFF'FFFF;
  if (token.slot >= slots_.size()) return nullptr;
  Slot& slot = slots_[token.slot];
  const bool same = (slot.generation & kTravels) == (token.generation & kTravels);
  return same && slot.connection ? &slot : nullptr;
}

}  // namespace postern::auth
