// What EndpointSlices tell of a Service. Pure. Private to this room.
#pragma once

#include <cstdint>

#include "common/config/endpoints.h"
#include "controller/model/core_objects.h"

namespace postern::build {

[[nodiscard]] config::EndpointState state_of(const model::SliceEndpoint& endpoint);

// The port of the pods behind a Service's port; 0: this slice has none.
[[nodiscard]] std::uint16_t slice_port(const model::EndpointSliceObject& slice,
                                       const model::ServicePort& wanted);

// Where there is no Service in between: the target's, else the one that is written.
[[nodiscard]] inline std::uint16_t direct_port(const model::ServicePort& port) {
  return port.target_port != 0 ? port.target_port : port.port;
}

}  // namespace postern::build
