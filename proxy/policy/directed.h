// Directed: an auth service has told where somebody's mail is. It is believed only as far as the
// configuration goes (BE12): the address is an endpoint of a backend that this MailServer has, or
// lies in the networks of a `dynamic` one. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/address.h"
#include "common/base/mail.h"
#include "common/config/backend.h"
#include "common/config/endpoints.h"
#include "proxy/policy/balancing.h"

namespace postern::policy {

// One backend that has the protocol; `endpoints` may be null.
struct BackendView {
  std::string_view name;  // BACKEND resource
  const config::Backend* backend = nullptr;
  const config::EndpointSet* endpoints = nullptr;
};

struct Directed {
  std::string backend;  // BACKEND resource
  Candidate destination;
};

// The member at that address, dialled at its backend's own port, ready or not. Nothing: nobody has
// that address.
[[nodiscard]] std::optional<Directed> member_at(const ServerAddress& address, Protocol protocol,
                                                std::span<const BackendView> backends);

// A member of a backend is dialled at that backend's own port, whatever port the service named.
// Declared endpoints first, in the order of the backends; they may be ready or not, since the
// service says that his mail is there. Nothing: nobody has that address.
[[nodiscard]] std::optional<Directed> directed_to(const ServerAddress& address, Protocol protocol,
                                                  std::span<const BackendView> backends);

}  // namespace postern::policy
