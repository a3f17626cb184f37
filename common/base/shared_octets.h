// SharedOctets: octets that never change, with the count of their holders in front of them, in one
// block; a holder is one pointer. Memory says where blocks are: take(octets), give_back(block,
// octets). Thread: as a shared_ptr.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "common/base/check.h"

namespace postern {

template <typename Memory>
class SharedOctets {
 public:
  SharedOctets() = default;
  explicit SharedOctets(std::string_view octets) {
    if (octets.empty()) return;
    check(octets.size() <= std::numeric_limits<std::uint32_t>::max(), "no text has 4 GiB");
    char* const block = Memory::take(sizeof(Head) + octets.size());
    head_ = new (block) Head{{1}, static_cast<std::uint32_t>(octets.size())};
    std::memcpy(block + sizeof(Head), octets.data(), octets.size());
  }
  SharedOctets(const SharedOctets& other) : head_(other.head_) {
    if (head_) head_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  SharedOctets(SharedOctets&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
  SharedOctets& operator=(const SharedOctets& other) { return *this = SharedOctets(other); }
  SharedOctets& operator=(SharedOctets&& other) noexcept {
    SharedOctets taken(std::move(other));
    std::swap(head_, taken.head_);
    return *this;
  }
  ~SharedOctets() {
    if (!head_ || head_->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    Memory::give_back(reinterpret_cast<char*>(head_), sizeof(Head) + head_->size);
  }

  [[nodiscard]] std::string_view view() const {
    if (!head_) return {};
    return {reinterpret_cast<const char*>(head_) + sizeof(Head), head_->size};
  }
  friend bool operator==(const SharedOctets& a, const SharedOctets& b) {
    return a.head_ == b.head_ || a.view() == b.view();
  }

 private:
  struct Head {
    std::atomic<std::uint32_t> holders;
    std::uint32_t size;
  };

  Head* head_ = nullptr;
};

}  // namespace postern
