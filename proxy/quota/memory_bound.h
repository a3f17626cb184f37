// MemoryBound: how much memory guests may come to hold. Two looks: what the process holds as a
// whole, measured now and then by somebody else; and what sessions before their login, and relays
// whose reader is slow, may hold at most, counted by themselves, because a flood is faster than a
// clock. At either bound the gate refuses new guests; nobody who is in is ended.
// Threads: any; what is measured is an atomic. Each worker counts its own guests against its share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace postern::quota {

class MemoryBound {
 public:
  // What one of them may hold, TLS included: a visit in its handshake, a relay with both directions
  // blocked. Measured, and rounded up.
  static constexpr std::uint64_t kVisitOctets = std::uint64_t{64} << 10;
  static constexpr std::uint64_t kBlockedOctets = std::uint64_t{192} << 10;

  // 0: not limited.
  explicit MemoryBound(std::uint64_t limit = 0, std::size_t workers = 1)
      : limit_(limit), share_(limit / 4 / workers) {}

  void measured(std::uint64_t octets) { held_.store(octets, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t limit() const { return limit_; }
  [[nodiscard]] std::uint64_t held() const { return held_.load(std::memory_order_relaxed); }

  // Of one worker.
  struct Guests {
    std::int64_t visits = 0;
    std::int64_t blocked = 0;
  };
  // No other guest may come to that worker now.
  [[nodiscard]] bool is_full(const Guests& now) const {
    if (limit_ == 0) return false;
    const std::uint64_t counted =
        number(now.visits) * kVisitOctets + number(now.blocked) * kBlockedOctets;
    return counted >= share_ || held() >= limit_ / 8 * 7;
  }

 private:
  static std::uint64_t number(std::int64_t count) {
    return count > 0 ? static_cast<std::uint64_t>(count) : 0;
  }

  const std::uint64_t limit_;
  const std::uint64_t share_;  // of what is counted, for one worker
  std::atomic<std::uint64_t> held_{0};
};

}  // namespace postern::quota
