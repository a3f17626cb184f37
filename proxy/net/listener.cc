#include "proxy/net/listener.h"

#include <linux/filter.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

#include "proxy/net/sockaddr.h"

namespace postern::net {

namespace {

constexpr std::uint32_t kBacklog = 4096;  // the kernel lowers it to net.core.somaxconn
constexpr int kMultipathTcp = 262;        // IPPROTO_MPTCP: the C library's header may be older

struct Fault {
  int number = 0;
};

int narrow(std::uint32_t value) {
  return static_cast<int>(std::min<std::uint32_t>(value, INT_MAX));
}

int stream_socket(int family, bool multipath) {
  constexpr int kType = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int fd = multipath ? ::socket(family, kType, kMultipathTcp) : -1;
  return fd >= 0 ? fd : ::socket(family, kType, 0);
}

struct Wanted {
  SocketAddress address;
  const config::ListenerSocket& options;
};

Result<ListeningSocket, Fault> bound(const Wanted& wanted, bool shared) {
  const bool v6 = wanted.address.ip.family() == IpAddress::Family::V6;
  const int fd = stream_socket(v6 ? AF_INET6 : AF_INET, wanted.options.multipath);
  if (fd < 0) return Fail<Fault>({errno});
  ListeningSocket socket(fd);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);  // connections in TIME_WAIT do not keep the port
  if (shared) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (v6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, wanted.options.ipv6_only ? 1 : 0);
  KernelAddress to = to_kernel(wanted.address);
  if (::bind(fd, to.get(), to.length) != 0) return Fail<Fault>({errno});
  return socket;
}

// How long a client may be silent until it is given up. Once TCP_USER_TIMEOUT is set the kernel
// counts time and not probes, so it is the probes' own time; beyond a quarter of an hour it is left
// to the kernel, which then counts probes, and gives up unacknowledged octets after about as long.
int user_timeout(const config::ListenerSocket& options) {
  constexpr std::chrono::seconds kLongest{900};
  const std::chrono::seconds silence{std::uint64_t{options.keep_alive_idle_s} +
                                     std::uint64_t{options.keep_alive_interval_s} *
                                         options.keep_alive_probes};
  if (silence > kLongest) return 0;
  return static_cast<int>(std::chrono::milliseconds(silence).count());
}

// Accepted sockets inherit all of it.
void set_options(int fd, const config::ListenerSocket& options) {
  set_no_delay(fd);
  set_keep_alive(fd);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, options.keep_alive ? 1 : 0);
  if (options.keep_alive) {
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, narrow(options.keep_alive_idle_s));
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, narrow(options.keep_alive_interval_s));
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, narrow(options.keep_alive_probes));
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout(options));
  }
  if (options.receive_buffer_octets > 0) {
    set_option(fd, SOL_SOCKET, SO_RCVBUF, narrow(options.receive_buffer_octets));
  }
  if (options.send_buffer_octets > 0) {
    set_option(fd, SOL_SOCKET, SO_SNDBUF, narrow(options.send_buffer_octets));
  }
}

Result<void, Fault> listen_all(std::vector<ListeningSocket>& sockets,
                               const config::ListenerSocket& options) {
  const std::uint32_t backlog = options.backlog > 0 ? options.backlog : kBacklog;
  for (ListeningSocket& socket : sockets) {
    set_options(socket.fd(), options);
    if (::listen(socket.fd(), narrow(backlog)) != 0) return Fail<Fault>({errno});
    socket.begin();
  }
  return {};
}

Result<std::vector<ListeningSocket>, Fault> group(Wanted wanted, std::size_t workers) {
  // Held until all are bound, not listening: it refuses a port where somebody else listens, and a
  // port 0 becomes one number for all.
  auto probe = bound(wanted, false);
  if (!probe) return Fail<Fault>(probe.error());
  wanted.address.port = probe->local().port;
  std::vector<ListeningSocket> sockets;
  for (std::size_t i = 0; i < workers; ++i) {
    auto one = bound(wanted, true);
    if (!one) return Fail<Fault>(one.error());
    sockets.push_back(std::move(*one));
  }
  auto listening = listen_all(sockets, wanted.options);
  if (!listening) return Fail<Fault>(listening.error());
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
    : fd_(std::exchange(other.fd_, -1)), only_(std::exchange(other.only_, std::nullopt)) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
    only_ = std::exchange(other.only_, std::nullopt);
  }
  return *this;
}

SocketAddress ListeningSocket::local() const { return local_address_of(fd_); }

void ListeningSocket::begin() {
  const SocketAddress bound = local();
  const bool any = bound.ip == IpAddress::v4({}) || bound.ip == IpAddress::v6({});
  only_ = any ? std::nullopt : std::optional(bound);
}

SocketAddress ListeningSocket::local_of(const Stream& accepted) const {
  return only_ ? *only_ : local_address_of(accepted.fd());
}

Result<std::vector<ListeningSocket>, BindError> listen_on(const SocketAddress& address,
                                                          std::size_t workers,
                                                          const config::ListenerSocket& options) {
  auto sockets = group({address, options}, workers);
  if (!sockets) return Fail<BindError>({address.text(), system_reason(sockets.error().number)});
  return std::move(*sockets);
}

// The filter sees a segment from its TCP header on, for IPv4 and IPv6 alike. A handshake's third
// segment has no SYN and passes, so connections that had begun come about.
bool drop_new_connections(const ListeningSocket& socket) {
  constexpr std::uint32_t kFlagsAt = 13;
  constexpr std::uint32_t kSyn = 0x02;
  constexpr std::uint32_t kWhole = 0x7FFFFFFF;
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlagsAt),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kSyn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, kWhole),
  }};
  const sock_fprog filter{static_cast<std::uint16_t>(program.size()), program.data()};
  return ::setsockopt(socket.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
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
  Stream stream(fd);
  const SocketAddress local = socket.local_of(stream);
  return Accepted{std::move(stream), from_kernel(from), local};
}

}  // namespace postern::net
