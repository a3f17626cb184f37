// The octets that bulk tests move: each transfer has a key, and the octet at an offset follows from
// key and offset, so that an octet of another transfer, or of another place in the same one, is
// noticed. Its period is prime, so no shift by pages or records hides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace postern::bench {

class Pattern {
 public:
  static constexpr std::size_t kSpan = 256 * 1024;  // the most that one view shows

  static const Pattern& get() {
    static const Pattern pattern;
    return pattern;
  }

  [[nodiscard]] std::string_view at(std::uint64_t key, std::uint64_t offset,
                                    std::size_t most) const {
    const auto start = static_cast<std::size_t>((key * 2654435761U + offset) % kPeriod);
    return {octets_.data() + start, most < kSpan ? most : kSpan};
  }

  // `octets` may be longer than a span.
  [[nodiscard]] bool is(std::uint64_t key, std::uint64_t offset, std::string_view octets) const {
    while (!octets.empty()) {
      const std::string_view wanted = at(key, offset, octets.size());
      if (std::memcmp(wanted.data(), octets.data(), wanted.size()) != 0) return false;
      offset += wanted.size();
      octets.remove_prefix(wanted.size());
    }
    return true;
  }

 private:
  static constexpr std::size_t kPeriod = 16381;

  Pattern() {
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < octets_.size(); ++i) {
      state = state * 1664525U + 1013904223U;
      octets_[i] = i < kPeriod ? static_cast<char>(state >> 24U) : octets_[i - kPeriod];
    }
  }

  std::array<char, kPeriod + kSpan> octets_{};
};

}  // namespace postern::bench
