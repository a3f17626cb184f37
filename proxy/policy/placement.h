// Placement: which member a user belongs to. Weighted rendezvous hashing in integers alone: two
// builds on two machines must agree on the last bit, for ever. docs/placement.md defines it to the
// bit and publishes vectors; a change here is a new version of the API, never a repair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/base/digest.h"

namespace postern::policy {

struct Member {
  std::string_view id;
  std::uint32_t weight = 1;  // 0: never chosen while another one is above 0
};

// −log2(hash / 2^64) in units of 2^-32, from 1 to 64·2^32; a hash of 0 counts as 1.
[[nodiscard]] std::uint64_t minus_log2(std::uint64_t hash);

// A member's score for a user is weight / minus_log2(SipHash-2-4 under the backend's seed of
// member id, a NUL, user); the greatest is his home.

// Indices into `members`, the user's home first, then where he would go if those before went away.
// Taking a member away leaves the order of the others as it is.
[[nodiscard]] std::vector<std::size_t> rank(const SipKey& seed, std::span<const Member> members,
                                            std::string_view user);

// rank().front() without making the list. `members` must not be empty.
[[nodiscard]] std::size_t home(const SipKey& seed, std::span<const Member> members,
                               std::string_view user);

// The table behind minus_log2: entry i is the integer part of 2^32 · log2(1 + i/4096). Its digest
// is published.
[[nodiscard]] std::span<const std::uint32_t> log2_table();

}  // namespace postern::policy
