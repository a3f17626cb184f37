#include "proxy/policy/placement.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>

#include "common/base/check.h"
#include "proxy/policy/log2_table.h"

namespace postern::policy {
namespace {

struct Score {
  std::uint64_t minus_log2;
  std::uint32_t weight;
  std::string_view id;
};

// Scores are weight / −log2; they are compared by cross products, so nothing is divided. Equal
// scores (equal hashes, as good as never) go by the id's octets: the order must not depend on where
// a member stands in a list.
bool beats(const Score& a, const Score& b) {
  const Wide left = static_cast<Wide>(a.weight) * b.minus_log2;
  const Wide right = static_cast<Wide>(b.weight) * a.minus_log2;
  return left != right ? left > right : a.id < b.id;
}

// Scores of one user: the octets that are hashed are put together in one place, again and again.
class Scorer {
 public:
  Scorer(const SipKey& seed, std::string_view user) : seed_(seed), user_(user) {}

  Score operator()(const Member& member) {
    octets_.assign(member.id).push_back('\0');
    octets_.append(user_);
    return {minus_log2(siphash24(seed_, octets_)), member.weight, member.id};
  }

 private:
  const SipKey& seed_;
  std::string_view user_;
  std::string octets_;
};

}  // namespace

std::uint64_t minus_log2(std::uint64_t hash) {
  const std::uint64_t h = hash == 0 ? 1 : hash;
  const auto exponent = static_cast<unsigned>(63 - std::countl_zero(h));
  const std::uint64_t mantissa = h << (63 - exponent);  // Q63, 1 ≤ m < 2
  const std::size_t index = (mantissa >> (63 - kLog2IndexBits)) & (kLog2Entries - 1);
  // The 32 bits below the index carry on between two entries, in a straight line.
  const std::uint64_t between = (mantissa >> (31 - kLog2IndexBits)) & 0xFFFF'FFFFU;
  const std::uint64_t low = kLog2Table[index];
  const std::uint64_t high =
      index + 1 < kLog2Entries ? kLog2Table[index + 1] : std::uint64_t{1} << 32;
  const std::uint64_t fraction = low + (((high - low) * between) >> 32);
  return (std::uint64_t{64 - exponent} << 32) - fraction;
}

std::vector<std::size_t> rank(const SipKey& seed, std::span<const Member> members,
                              std::string_view user) {
  std::vector<Score> scores;
  scores.reserve(members.size());
  Scorer score_of(seed, user);
  for (const Member& member : members) scores.push_back(score_of(member));
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order,
                    [&](std::size_t a, std::size_t b) { return beats(scores[a], scores[b]); });
  return order;
}

std::size_t home(const SipKey& seed, std::span<const Member> members, std::string_view user) {
  check(!members.empty(), "nobody has a home among no members");
  Scorer score_of(seed, user);
  std::size_t best = 0;
  Score best_score = score_of(members[0]);
  for (std::size_t i = 1; i < members.size(); ++i) {
    const Score score = score_of(members[i]);
    if (beats(score, best_score)) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

std::span<const std::uint32_t> log2_table() { return kLog2Table; }

}  // namespace postern::policy
