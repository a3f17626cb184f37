#include "common/base/secret.h"

#include <atomic>
#include <cstring>
#include <utility>

#include "common/base/secret_arena.h"

namespace postern {

namespace {
std::atomic<std::size_t> live_secrets{0};
}

Secret::Secret(ByteView octets) : size_(octets.size()) {
  if (size_ == 0) return;
  octets_ = secret_arena::take(size_);
  std::memcpy(octets_, octets.data(), size_);
  live_secrets.fetch_add(1, std::memory_order_relaxed);
}

Secret::Secret(Secret&& other) noexcept
    : octets_(std::exchange(other.octets_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    clear();
    octets_ = std::exchange(other.octets_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void Secret::clear() {
  if (!octets_) return;
  secret_arena::give_back(octets_, size_);
  octets_ = nullptr;
  size_ = 0;
  live_secrets.fetch_sub(1, std::memory_order_relaxed);
}

char* SharedSecret::Arena::take(std::size_t octets) {
  live_secrets.fetch_add(1, std::memory_order_relaxed);
  return secret_arena::take(octets);
}

void SharedSecret::Arena::give_back(char* block, std::size_t octets) {
  secret_arena::give_back(block, octets);
  live_secrets.fetch_sub(1, std::memory_order_relaxed);
}

std::size_t Secret::live() { return live_secrets.load(std::memory_order_relaxed); }

}  // namespace postern
