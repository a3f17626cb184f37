// Which port of a Service speaks a protocol, and how TLS begins there (mailserver.md 2): by
// appProtocol, else by the port's name, else by its number. Pure. Private to this room.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/base/mail.h"
#include "common/config/backend.h"
#include "controller/model/core_objects.h"

namespace postern::build {

struct FoundPort {
  model::ServicePort port;
  config::BackendTlsMode tls = config::BackendTlsMode::Implicit;
};

// `mode` is Required, Implicit, StartTLS or Disabled. Required: the implicit-TLS port where there
// is one, else STARTTLS on the other.
[[nodiscard]] std::optional<FoundPort> discover_port(const std::vector<model::ServicePort>& ports,
                                                     Protocol protocol, std::string_view mode);

// The port that was written.
[[nodiscard]] std::optional<FoundPort> written_port(const std::vector<model::ServicePort>& ports,
                                                    Protocol protocol, std::string_view mode,
                                                    std::uint16_t number);

// The numbers of IANA, for members that have no Service.
[[nodiscard]] std::vector<model::ServicePort> standard_ports(Protocol protocol);

}  // namespace postern::build
