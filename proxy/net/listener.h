// Listening sockets with SO_REUSEPORT, one a worker and address. The first bind of a port probes
// without SO_REUSEPORT, so that another process's listener gives an error instead of silently
// sharing connections. How a port is given up without resetting anybody: drop_new_connections(),
// accept who is there, close; the gate (proxy/entry) does these in order.
// Thread: sockets are made on the control thread; each then belongs to one worker.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/result.h"
#include "common/config/listener.h"
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
  // It listens now.
  void begin();
  // Where a client came to: the kernel is asked only by a socket that is bound to every address.
  [[nodiscard]] SocketAddress local_of(const Stream& accepted) const;

 private:
  int fd_ = -1;
  std::optional<SocketAddress> only_;
};

struct BindError {
  std::string address;
  std::string reason;  // "Address already in use"
};

// One socket a worker for `address`; all are bound and listening, or none is. Options that the
// kernel does not have (multipath) are left out: the port is served without them.
[[nodiscard]] Result<std::vector<ListeningSocket>, BindError> listen_on(
    const SocketAddress& address, std::size_t workers, const config::ListenerSocket& options = {});

// From here on no connection begins at this socket; those that began are completed and can be
// accepted. A client whose SYN was dropped repeats it after a second, wherever it then arrives.
// False where the kernel does not filter such a socket (multipath): close it quickly.
bool drop_new_connections(const ListeningSocket& socket);

struct Accepted {
  Stream stream;  // non-blocking, close-on-exec, TCP_NODELAY
  SocketAddress client;
  SocketAddress local;
};
enum class AcceptFailure : std::uint8_t { WouldBlock, NoDescriptors, Other };
[[nodiscard]] Result<Accepted, AcceptFailure> accept_one(const ListeningSocket& socket);

}  // namespace postern::net
