// The integer part of 2^32 · log2(1 + i/4096) for i in 0…4095, worked out by the compiler with
// integers alone. Used by placement only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace postern::policy {

__extension__ typedef unsigned __int128 Wide;  // ISO C++ has no name for it

inline constexpr unsigned kLog2IndexBits = 12;
inline constexpr std::size_t kLog2Entries = std::size_t{1} << kLog2IndexBits;

// One bit of the logarithm a squaring: x in [1, 2) as Q63; x² ≥ 2 gives a 1 and halves it again.
constexpr std::uint32_t log2_fraction(std::size_t index) {
  std::uint64_t x =
      (std::uint64_t{1} << 63) + (static_cast<std::uint64_t>(index) << (63 - kLog2IndexBits));
  std::uint32_t bits = 0;
  for (int i = 0; i < 32; ++i) {
    const Wide square = static_cast<Wide>(x) * x;  // Q126
    const bool two_or_more = (square >> 127) != 0;
    x = static_cast<std::uint64_t>(square >> (two_or_more ? 64 : 63));
    bits = (bits << 1) | (two_or_more ? 1U : 0U);
  }
  return bits;
}

constexpr std::array<std::uint32_t, kLog2Entries> make_log2_table() {
  std::array<std::uint32_t, kLog2Entries> table{};
  for (std::size_t i = 0; i < kLog2Entries; ++i) table[i] = log2_fraction(i);
  return table;
}

inline constexpr std::array<std::uint32_t, kLog2Entries> kLog2Table = make_log2_table();

}  // namespace postern::policy
