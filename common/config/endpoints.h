// Who serves a backend now. Fast-moving, so it is a resource of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/mail.h"

namespace postern::config {

enum class EndpointState : std::uint8_t { Ready, ServingTerminating, NotReady };

struct EndpointPort {
  Protocol protocol = Protocol::Imap;
  std::uint16_t port = 0;
  friend bool operator==(const EndpointPort&, const EndpointPort&) = default;
};

struct Endpoint {
  std::string id;  // member name: pod of a StatefulSet, name of an address; else the address
  IpAddress address;
  std::vector<EndpointPort> ports;  // sorted by protocol
  EndpointState state = EndpointState::Ready;
  std::uint32_t weight = 1;
  std::string zone = {};  // empty: not known
  friend bool operator==(const Endpoint&, const Endpoint&) = default;

  [[nodiscard]] std::uint16_t port(Protocol protocol) const {
    for (const EndpointPort& p : ports) {
      if (p.protocol == protocol) return p.port;
    }
    return 0;
  }
};

struct EndpointSet {
  std::vector<Endpoint> endpoints;  // sorted by id
  friend bool operator==(const EndpointSet&, const EndpointSet&) = default;
};

}  // namespace postern::config
