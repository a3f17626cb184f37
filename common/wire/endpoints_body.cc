#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/wire/bodies.h"

namespace postern::wire {

void encode_endpoint(const config::Endpoint& endpoint, pb::Endpoint& out) {
  out.set_id(endpoint.id);
  out.set_address(endpoint.address.text());
  for (const config::EndpointPort& port : endpoint.ports) {
    pb::EndpointPort& to = *out.add_ports();
    to.set_protocol(to_wire(port.protocol, kProtocols));
    to.set_port(port.port);
  }
  out.set_state(to_wire(endpoint.state, kEndpointStates));
  out.set_weight(endpoint.weight);
  out.set_zone(endpoint.zone);
}

config::Endpoint decode_endpoint(const pb::Endpoint& message, const FieldPath& here,
                                 Decoding& decoding) {
  config::Endpoint endpoint;
  endpoint.id = message.id();
  decoding.required(endpoint.id, here / "id");
  if (const auto address = IpAddress::parse(message.address())) {
    endpoint.address = *address;
  } else {
    decoding.refuse(here / "address",
                    fmt::format("'{}' is not an IP address", printable(message.address(), 64)));
  }
  for (int i = 0; i < message.ports_size(); ++i) {
    const FieldPath member = here / "ports";
    const FieldPath port = member.at(i);
    endpoint.ports.push_back(
        {decoding.choice(message.ports(i).protocol(), kProtocols, port / "protocol"),
         decoding.port(message.ports(i).port(), port / "port")});
  }
  endpoint.state = decoding.choice(message.state(), kEndpointStates, here / "state");
  endpoint.weight = message.weight();
  endpoint.zone = message.zone();
  return endpoint;
}

void encode_endpoints(const config::EndpointSet& endpoints, pb::Endpoints& out) {
  pb::EndpointSet& full = *out.mutable_full();
  for (const config::Endpoint& endpoint : endpoints.endpoints) {
    encode_endpoint(endpoint, *full.add_endpoints());
  }
}

config::EndpointSet decode_endpoints(const pb::Endpoints& message, const config::Resource* base,
                                     Decoding& decoding) {
  config::EndpointSet set;
  if (message.has_delta()) return decode_endpoint_delta(message.delta(), base, decoding);
  if (!message.has_full()) {
    decoding.refuse({nullptr, "content"}, "is not set, or of a kind that this build does not know",
                    DecodeFailure::Unsupported);
    return set;
  }
  const pb::EndpointSet& full = message.full();
  set.endpoints.reserve(static_cast<std::size_t>(full.endpoints_size()));
  for (int i = 0; i < full.endpoints_size(); ++i) {
    const FieldPath here{nullptr, "endpoints", i};
    set.endpoints.push_back(decode_endpoint(full.endpoints(i), here, decoding));
  }
  return set;
}

}  // namespace postern::wire
