// Referred: a backend sent a login elsewhere. It is followed to members of the backends that this
// MailServer has and nowhere else (BE12): what a backend says is no reason to dial an address, and
// networks of a `dynamic` backend are for what an auth service says. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "proxy/policy/directed.h"

namespace postern::policy {

struct ReferredHost {
  std::string_view name;        // lower case
  std::optional<IpAddress> ip;  // it is an address
  std::uint16_t port = 0;       // as named; 0: none. Tells two members at one address apart
};

// By its address; by its name; or by its name in front of a name that the backend's certificate
// must have, as pods of a StatefulSet are called. It is dialled at the backend's own port.
[[nodiscard]] std::optional<Directed> referred_to(const ReferredHost& host, Protocol protocol,
                                                  std::span<const BackendView> backends);

}  // namespace postern::policy
