#include "controller/build/class_egress.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace postern::build {
namespace {

// 0.0.0.0/8 and :: lead to the machine itself, as loopback does.
constexpr std::array<std::string_view, 4> kLoopback = {"127.0.0.0/8", "::1/128", "0.0.0.0/8",
                                                       "::/128"};
constexpr std::array<std::string_view, 2> kLinkLocal = {"169.254.0.0/16", "fe80::/10"};

using Networks = std::vector<Network>;

template <std::size_t N>
Networks networks(const std::array<std::string_view, N>& texts) {
  Networks out;
  for (const std::string_view text : texts) {
    if (const auto network = Network::parse(text)) out.push_back(*network);
  }
  return out;
}

bool lies_within(const Network& inner, const Network& outer) {
  return inner.prefix >= outer.prefix && outer.contains(inner.base);
}

// The network among `closed` that has the address; null: none.
const Network* found_in(const Networks& closed, const IpAddress& address) {
  const auto found = std::ranges::find_if(
      closed, [&](const Network& network) { return network.contains(address); });
  return found == closed.end() ? nullptr : &*found;
}

const Networks& link_local() {
  static const Networks kNetworks = networks(kLinkLocal);
  return kNetworks;
}
const Networks& loopback() {
  static const Networks kNetworks = networks(kLoopback);
  return kNetworks;
}

struct Judge {
  const std::optional<Networks>& allowed;
  Networks closed;  // but for an entry that lies within

  [[nodiscard]] bool opens(const IpAddress& address) const {
    const Network* within = found_in(closed, address);
    if (!allowed) return within == nullptr;
    return std::ranges::any_of(*allowed, [&](const Network& entry) {
      return entry.contains(address) && (within == nullptr || lies_within(entry, *within));
    });
  }
};

Judge judge_of(const std::optional<Networks>& allowed, const EgressGround& ground) {
  Networks closed = link_local();
  if (allowed || ground.in_cluster) {
    closed.insert(closed.end(), loopback().begin(), loopback().end());
  }
  closed.insert(closed.end(), ground.api_servers.begin(), ground.api_servers.end());
  return {allowed, std::move(closed)};
}

int bits_of(const Network& network) {
  return network.base.family() == IpAddress::Family::V4 ? 32 : 128;
}

// The two halves of a network that is no single address.
std::array<Network, 2> halves(const Network& network) {
  std::array<std::uint8_t, 16> octets = network.base.octets();
  const bool v4 = network.base.family() == IpAddress::Family::V4;
  const std::size_t at = (v4 ? 12U : 0U) + network.prefix / 8U;
  octets[at] = static_cast<std::uint8_t>(octets[at] | (0x80U >> (network.prefix % 8U)));
  const auto prefix = static_cast<std::uint8_t>(network.prefix + 1);
  const IpAddress upper =
      v4 ? IpAddress::v4({octets[12], octets[13], octets[14], octets[15]}) : IpAddress::v6(octets);
  return {Network{network.base, prefix}, Network{upper, prefix}};
}

// All of its addresses are judged alike: no border of a rule is inside it.
bool is_uniform(const Judge& judge, const Network& network) {
  const auto is_inside = [&](const Network& rule) {
    return rule.base.family() == network.base.family() && rule.prefix > network.prefix &&
           network.contains(rule.base);
  };
  return std::ranges::none_of(judge.closed, is_inside) &&
         (!judge.allowed || std::ranges::none_of(*judge.allowed, is_inside));
}

// Split where a rule begins: at most one piece for each bit of each rule.
void add_open(const Judge& judge, const Network& network, Networks& out) {
  if (network.prefix >= bits_of(network) || is_uniform(judge, network)) {
    if (judge.opens(network.base)) out.push_back(network);
    return;
  }
  for (const Network& half : halves(network)) add_open(judge, half, out);
}

}  // namespace

bool egress_allows(const std::optional<Networks>& allowed, const IpAddress& address,
                   const EgressGround& ground) {
  return judge_of(allowed, ground).opens(address);
}

std::vector<Network> egress_within(const std::optional<Networks>& allowed, const Networks& wanted,
                                   const EgressGround& ground) {
  const Judge judge = judge_of(allowed, ground);
  Networks out;
  for (const Network& network : wanted) add_open(judge, network, out);
  std::ranges::sort(out, {}, [](const Network& one) { return std::pair(one.base, one.prefix); });
  const auto same = std::ranges::unique(out);
  out.erase(same.begin(), same.end());
  return out;
}

bool opens_protected(const Network& entry, const EgressGround& ground) {
  const auto within = [&](const Network& closed) { return lies_within(entry, closed); };
  return std::ranges::any_of(loopback(), within) || std::ranges::any_of(link_local(), within) ||
         std::ranges::any_of(ground.api_servers, within);
}

}  // namespace postern::build
