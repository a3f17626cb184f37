#include "controller/build/class_egress.h"

#include <algorithm>
#include <array>
#include <string_view>

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

}  // namespace

bool egress_allows(const std::optional<Networks>& allowed, const IpAddress& address) {
  const Network* closed = found_in(link_local(), address);
  if (!allowed) return closed == nullptr;
  if (closed == nullptr) closed = found_in(loopback(), address);
  return std::ranges::any_of(*allowed, [&](const Network& entry) {
    return entry.contains(address) && (closed == nullptr || lies_within(entry, *closed));
  });
}

bool opens_protected(const Network& entry) {
  const auto within = [&](const Network& closed) { return lies_within(entry, closed); };
  return std::ranges::any_of(loopback(), within) || std::ranges::any_of(link_local(), within);
}

}  // namespace postern::build
