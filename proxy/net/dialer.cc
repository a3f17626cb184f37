#include "proxy/net/dialer.h"

#include <cerrno>

#include "proxy/net/sockaddr.h"

namespace postern::net {

namespace {

DialFault fault_of(int number) {
  switch (number) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL: return {system_reason(number), true};
    default: return system_reason(number);
  }
}

}  // namespace

Result<Stream, DialFault> TcpDialer::dial(const SocketAddress& to) {
  const bool v6 = to.ip.family() == IpAddress::Family::V6;
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Fail<DialFault>(fault_of(errno));
  Stream stream(fd);
  set_no_delay(fd);
  KernelAddress address = to_kernel(to);
  if (::connect(fd, address.get(), address.length) != 0 && errno != EINPROGRESS) {
    return Fail<DialFault>(fault_of(errno));
  }
  return stream;
}

ConnectState connect_state(const Stream& stream) {
  int fault = 0;
  socklen_t length = sizeof fault;
  if (::getsockopt(stream.fd(), SOL_SOCKET, SO_ERROR, &fault, &length) != 0) fault = errno;
  if (fault != 0) return {Connecting::Failed, system_reason(fault)};
  KernelAddress peer;
  if (::getpeername(stream.fd(), peer.get(), &peer.length) == 0) return {Connecting::Connected, {}};
  return {Connecting::UnderWay, {}};
}

void keep_alive(const Stream& stream) { set_keep_alive(stream.fd()); }

SocketAddress local_address(const Stream& stream) { return local_address_of(stream.fd()); }

}  // namespace postern::net
