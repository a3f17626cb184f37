// Who is at the other end of a stream, and which class it may ask for. In one process the wiring
// vouches for the peer; between processes a certificate does. What a proxy says of itself in Hello
// is never authority.
#pragma once

#include <string>

#include "common/base/result.h"

namespace grpc {
class ServerContextBase;
}

namespace postern::publish {

class PeerIdentity {
 public:
  virtual ~PeerIdentity() = default;
  // The class that this peer is a proxy of, or why it is none. Called on the stream's threads.
  [[nodiscard]] virtual Result<std::string, std::string> class_of(
      const grpc::ServerContextBase& peer) const = 0;
};

// For a server that only an in-process channel reaches: every peer is ours.
class InProcessIdentity final : public PeerIdentity {
 public:
  explicit InProcessIdentity(std::string ingress_class)
      : ingress_class_(std::move(ingress_class)) {}
  [[nodiscard]] Result<std::string, std::string> class_of(
      const grpc::ServerContextBase& /*peer*/) const override {
    return ingress_class_;
  }

 private:
  std::string ingress_class_;
};

}  // namespace postern::publish
