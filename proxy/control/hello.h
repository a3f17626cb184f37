// Hello: what a proxy says of itself at the beginning of each stream, so that the controller sends
// what is missing and nothing else. Pure but for the message; used on the control thread.
#pragma once

#include <cstdint>
#include <string>

#include "postern/config/v1alpha1/config.pb.h"
#include "proxy/adopt/adopt.h"
#include "proxy/adopt/last_known_good_format.h"
#include "proxy/control/stream_metrics.h"

namespace postern::control {

inline constexpr std::uint32_t kProtocol = 1;

struct Node {
  std::string proxy_name;
  std::string ingress_class;
  std::string instance_id;
  std::string build_version;
  std::uint32_t max_update_bytes = 0;
};

// Where what is held comes from, and the view of the API server that it was made of.
struct Provenance {
  Origin origin = Origin::None;
  adopt::Revision revision;
};

[[nodiscard]] config::v1alpha1::ProxyMessage hello_message(const Node& node,
                                                           const adopt::Adopter& adopter,
                                                           const Provenance& provenance);

[[nodiscard]] adopt::Revision revision_of(const config::v1alpha1::Revision& message);

}  // namespace postern::control
