#include "proxy/quota/history_keys.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace postern::quota {

namespace {

using Octets = std::array<std::uint8_t, 16>;

Octets first_of(const IpAddress& address, std::size_t octets) {
  Octets out = address.octets();
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(octets), out.end(), std::uint8_t{0});
  return out;
}

// IPv4 stands mapped in the last four octets.
Octets neighbours_of(const IpAddress& address) {
  return first_of(address, address.family() == IpAddress::Family::V4 ? 15 : 7);
}

Octets place_of(Counted what, const IpAddress& source) {
  switch (what) {
    case Counted::Source:
    case Counted::UserAtSource: return source_of(source).octets();
    case Counted::SourceNet: return first_of(source, 6);
    case Counted::Neighbours: return neighbours_of(source);
    case Counted::User:
    case Counted::KnownSources:
    case Counted::KnownSourcesToo: return {};
  }
  return {};
}

bool is_of_a_user(Counted what) {
  switch (what) {
    case Counted::Source:
    case Counted::SourceNet:
    case Counted::Neighbours: return false;
    case Counted::User:
    case Counted::UserAtSource:
    case Counted::KnownSources:
    case Counted::KnownSourcesToo: return true;
  }
  return false;
}

}  // namespace

HistoryKeys::HistoryKeys() { random_octets(key_.data(), key_.size()); }

Counting HistoryKeys::counting(std::string_view server, std::string_view user,
                               const IpAddress& source) const {
  Counting out{siphash24(key_, server), 0, source};
  const std::array<std::uint64_t, 2> both{out.server, siphash24(key_, user)};
  out.account = siphash24(key_, ByteView(reinterpret_cast<const char*>(both.data()), sizeof(both)));
  return out;
}

std::uint64_t HistoryKeys::key(Counted what, const Counting& of) const {
  const Octets place = place_of(what, of.source);
  const std::uint64_t whose = is_of_a_user(what) ? of.account : of.server;
  std::array<char, 1 + place.size() + sizeof(whose)> octets{static_cast<char>(what)};
  std::memcpy(octets.data() + 1, place.data(), place.size());
  std::memcpy(octets.data() + 1 + place.size(), &whose, sizeof(whose));
  return std::max<std::uint64_t>(siphash24(key_, ByteView(octets.data(), octets.size())), 1);
}

}  // namespace postern::quota
