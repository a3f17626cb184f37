// What one worker is given of a change, and how it answers. The control thread gives, in order; the
// worker takes it between two turns: `closed` first, then the rest.
// A worker never frees a snapshot: it gives the pointer that it had before back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "proxy/net/listener.h"
#include "proxy/net/prepared.h"

namespace postern::adopt {

struct EndpointsChange {
  std::string backend;
  std::shared_ptr<const config::EndpointSet> now;  // null: gone
};
struct NewDoor {
  std::uint16_t port = 0;  // as written in the manifest
  net::ListeningSocket socket;
};
// Doors to shut: all of a port, or those that listen on one address (ListeningSocket::local()).
struct ClosedDoor {
  std::uint16_t port = 0;
  std::optional<SocketAddress> address;
};
struct Handover {
  std::shared_ptr<const net::Prepared> prepared;  // null: as before
  std::vector<EndpointsChange> endpoints;
  std::vector<NewDoor> opened;
  std::vector<ClosedDoor> closed;
};

// Called from the worker's thread.
struct WorkerAnswer {
  std::function<void(std::shared_ptr<const net::Prepared> before)> adopted;  // once a handover
  std::function<void(std::uint16_t port)> closed;  // once for each of `closed`, when it is shut
};
using HandToWorker = std::function<void(Handover, WorkerAnswer)>;

}  // namespace postern::adopt
