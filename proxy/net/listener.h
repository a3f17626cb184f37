// Listening sockets with SO_REUSEPORT, one a worker and address. The first bind of a port probes
// without SO_REUSEPORT, so that another process's listener gives an error instead of silently
// sharing connections.
#pragma once

#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/result.h"
#include "proxy/net/stream.h"

namespace postern::net {

class ListeningSocket {
 public:
  ListeningSocket() = default;
  explicit ListeningSocket(int fd) : fd_(fd) {}
  ~ListeningSocket();
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  [[nodiscard]] int fd() const { return fd_; }
  // The address it is bound to: the port that 0 became.
  [[nodiscard]] SocketAddress local() const;

 private:
  int fd_ = -1;
};

struct BindError {
  std::string address;
  std::string reason;  // "Address already in use"
};

// One socket a worker for `address`; all are bound and listening, or none is.
[[nodiscard]] Result<std::vector<ListeningSocket>, BindError> listen_on(
    const SocketAddress& address, std::size_t workers);

struct Accepted {
  Stream stream;  // non-blocking, close-on-exec, TCP_NODELAY
  SocketAddress client;
  SocketAddress local;
};
enum class AcceptFailure : std::uint8_t { WouldBlock, NoDescriptors, Other };
[[nodiscard]] Result<Accepted, AcceptFailure> accept_one(const ListeningSocket& socket);

}  // namespace postern::net
