// The masters of TLS ticket keys, equal in all proxies of a class, so that a client that comes back
// to another proxy is known there. One resource, named kTicketKeysName; a proxy that has none uses
// masters of its own. Never in a file, never printed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/secret.h"

namespace postern::config {

inline constexpr std::string_view kTicketKeysName = "ticket-keys";
inline constexpr std::string_view kTicketKeys = "ticket-keys";         // the feature
inline constexpr std::string_view kOwnTicketKeys = "own-ticket-keys";  // those of a MailServer
inline constexpr std::size_t kTicketMasterOctets = 32;
inline constexpr std::size_t kMostOwnTicketMasters = 16;
// How long one master seals; then the next, which every proxy has had for as long, takes over.
inline constexpr std::chrono::hours kTicketKeysPeriod{12};
// Nobody renews them any more: older than this they seal and open nothing.
inline constexpr std::chrono::hours kTicketKeysLast{48};

struct TicketKeys {
  SharedSecret next;             // will seal; opens
  SharedSecret current;          // seals and opens
  SharedSecret previous;         // opens
  std::int64_t made_unix_s = 0;  // when `current` took over
  friend bool operator==(const TicketKeys&, const TicketKeys&) = default;
};

}  // namespace postern::config
