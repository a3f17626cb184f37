#include "common/config/backend.h"

namespace postern::config {

const BackendPort* Backend::port(Protocol protocol) const {
  for (const BackendPort& port : ports) {
    if (port.protocol == protocol) return &port;
  }
  return nullptr;
}

}  // namespace postern::config
