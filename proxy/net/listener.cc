#include "proxy/net/listener.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "proxy/net/sockaddr.h"

namespace postern::net {

namespace {

constexpr int kBacklog = 4096;  // the kernel lowers it to net.core.somaxconn

struct Fault {
  int number = 0;
};

void enable(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

Result<ListeningSocket, Fault> bound(const SocketAddress& address, bool shared) {
  const bool v6 = address.ip.family() == IpAddress::Family::V6;
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Fail<Fault>({errno});
  ListeningSocket socket(fd);
  enable(fd, SOL_SOCKET, SO_REUSEADDR);  // connections in TIME_WAIT do not keep the port
  if (shared) enable(fd, SOL_SOCKET, SO_REUSEPORT);
  if (v6) enable(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  KernelAddress to = to_kernel(address);
  if (::bind(fd, to.get(), to.length) != 0) return Fail<Fault>({errno});
  return socket;
}

Result<void, Fault> listen_all(const std::vector<ListeningSocket>& sockets) {
  for (const ListeningSocket& socket : sockets) {
    set_connection_options(socket.fd());  // accepted sockets inherit them
    if (::listen(socket.fd(), kBacklog) != 0) return Fail<Fault>({errno});
  }
  return {};
}

Result<std::vector<ListeningSocket>, Fault> group(SocketAddress address, std::size_t workers) {
  // Held until all are bound, not listening: it refuses a port where somebody else listens, and a
  // port 0 becomes one number for all.
  auto probe = bound(address, false);
  if (!probe) return Fail<Fault>(probe.error());
  address.port = probe->local().port;
  std::vector<ListeningSocket> sockets;
  for (std::size_t i = 0; i < workers; ++i) {
    auto one = bound(address, true);
    if (!one) return Fail<Fault>(one.error());
    sockets.push_back(std::move(*one));
  }
  if (auto listening = listen_all(sockets); !listening) return Fail<Fault>(listening.error());
  return sockets;
}

AcceptFailure failure_of(int number) {
  switch (number) {
    case EAGAIN: return AcceptFailure::WouldBlock;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return AcceptFailure::NoDescriptors;
    default: return AcceptFailure::Other;
  }
}

}  // namespace

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) ::close(fd_);
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

SocketAddress ListeningSocket::local() const { return local_address_of(fd_); }

Result<std::vector<ListeningSocket>, BindError> listen_on(const SocketAddress& address,
                                                          std::size_t workers) {
  auto sockets = group(address, workers);
  if (!sockets) return Fail<BindError>({address.text(), system_reason(sockets.error().number)});
  return std::move(*sockets);
}

Result<Accepted, AcceptFailure> accept_one(const ListeningSocket& socket) {
  KernelAddress from;
  int fd = -1;
  do {
    from.length = sizeof from.storage;
    fd = ::accept4(socket.fd(), from.get(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    // A client that left before it was accepted is no reason to stop looking.
  } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (fd < 0) return Fail<AcceptFailure>(failure_of(errno));
  return Accepted{Stream(fd), from_kernel(from), local_address_of(fd)};
}

}  // namespace postern::net
