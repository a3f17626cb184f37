#include "controller/build/slices.h"

#include <algorithm>

namespace postern::build {

using config::EndpointState;

EndpointState state_of(const model::SliceEndpoint& endpoint) {
  if (endpoint.terminating) {
    return endpoint.serving ? EndpointState::ServingTerminating : EndpointState::NotReady;
  }
  return endpoint.ready ? EndpointState::Ready : EndpointState::NotReady;
}

// A slice's port belongs to the Service's port of the same name; in a slice written by hand a port
// without a name may be the one that the Service's port leads to.
std::uint16_t slice_port(const model::EndpointSliceObject& slice,
                         const model::ServicePort& wanted) {
  const auto named = std::ranges::find(slice.ports, wanted.name, &model::SlicePort::name);
  if (named != slice.ports.end()) return named->port;
  const std::uint16_t target = direct_port(wanted);
  for (const model::SlicePort& port : slice.ports) {
    if (port.name.empty() && port.port == target) return port.port;
  }
  return 0;
}

}  // namespace postern::build
