#include "proxy/net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <vector>

#include <gtest/gtest.h>

#include "proxy/net/dialer.h"
#include "proxy/net/loop.h"
#include "tests/support/socket_pair.h"

namespace postern::net {
namespace {

SocketAddress any_port(const char* ip) { return {*IpAddress::parse(ip), 0}; }

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  EXPECT_EQ(::getsockopt(fd, level, name, &value, &length), 0);
  return value;
}

// Whichever socket of the group the kernel gives the connection to.
Accepted accept_any(const std::vector<ListeningSocket>& sockets) {
  Loop loop;
  for (std::uint32_t i = 0; i < sockets.size(); ++i) {
    loop.watch_listener(sockets[i].fd(), {i, 1, Role::Listener});
  }
  for (const Event& event : loop.wait(Duration{10'000})) {
    if (auto accepted = accept_one(sockets[event.token.slot])) return std::move(*accepted);
  }
  throw std::runtime_error("nobody came");
}

Connecting wait_connected(const Stream& stream) {
  Loop loop;
  loop.watch(stream.fd(), {1, 1, Role::Backend});
  Connecting state = connect_state(stream).state;
  for (int i = 0; i < 10 && state == Connecting::UnderWay; ++i) {
    (void)loop.wait(Duration{1'000});
    state = connect_state(stream).state;
  }
  return state;
}

TEST(Listener, gives_each_worker_a_socket_for_one_port) {
  for (const char* ip : {"127.0.0.1", "::1"}) {
    const auto sockets = listen_on(any_port(ip), 3);
    ASSERT_TRUE(sockets) << sockets.error().reason;
    ASSERT_EQ(sockets->size(), 3U);
    EXPECT_NE(sockets->front().local().port, 0);
    for (const ListeningSocket& socket : *sockets) {
      EXPECT_EQ(socket.local(), sockets->front().local());
      EXPECT_EQ(option(socket.fd(), SOL_SOCKET, SO_REUSEPORT), 1);
    }
  }
}

TEST(Listener, refuses_a_port_where_somebody_listens) {
  const auto first = listen_on(any_port("127.0.0.1"), 2);
  ASSERT_TRUE(first);
  const SocketAddress taken = first->front().local();
  const auto second = listen_on(taken, 2);
  ASSERT_FALSE(second) << "REUSEPORT would have shared it";
  EXPECT_EQ(second.error().address, taken.text());
  EXPECT_EQ(second.error().reason, "Address already in use");
}

TEST(Listener, takes_v4_and_v6_of_one_port_apart) {
  const auto v6 = listen_on(any_port("::"), 1);
  ASSERT_TRUE(v6);
  EXPECT_TRUE(listen_on({*IpAddress::parse("0.0.0.0"), v6->front().local().port}, 1));
}

TEST(Listener, accepts_with_both_addresses_and_without_delay) {
  const auto sockets = listen_on(any_port("127.0.0.1"), 2);
  ASSERT_TRUE(sockets);
  TcpDialer dialer;
  auto dialled = dialer.dial(sockets->front().local());
  ASSERT_TRUE(dialled) << dialled.error();
  EXPECT_EQ(wait_connected(*dialled), Connecting::Connected);
  Accepted accepted = accept_any(*sockets);
  EXPECT_EQ(accepted.client, local_address(*dialled));
  EXPECT_EQ(accepted.local, sockets->front().local());
  for (const int fd : {accepted.stream.fd(), dialled->fd()}) {
    EXPECT_NE(option(fd, IPPROTO_TCP, TCP_NODELAY), 0);
    EXPECT_NE(option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 120'000);
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  }
}

TEST(Listener, tells_that_nobody_waits) {
  const auto sockets = listen_on(any_port("127.0.0.1"), 1);
  ASSERT_TRUE(sockets);
  const auto accepted = accept_one(sockets->front());
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error(), AcceptFailure::WouldBlock);
}

TEST(Listener, tells_that_descriptors_are_short) {
  const auto sockets = listen_on(any_port("127.0.0.1"), 1);
  ASSERT_TRUE(sockets);
  TcpDialer dialer;
  auto dialled = dialer.dial(sockets->front().local());
  ASSERT_TRUE(dialled);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto accepted = accept_one(sockets->front());
  const auto refused = dialer.dial(sockets->front().local());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error(), AcceptFailure::NoDescriptors);
  EXPECT_EQ(refused.error(), "Too many open files");
}

TEST(Dialer, tells_why_a_connection_failed) {
  SocketAddress nobody;
  {
    const auto sockets = listen_on(any_port("127.0.0.1"), 1);
    ASSERT_TRUE(sockets);
    nobody = sockets->front().local();
  }
  TcpDialer dialer;
  auto dialled = dialer.dial(nobody);
  if (!dialled) {
    EXPECT_EQ(dialled.error(), "Connection refused");
    return;
  }
  Loop loop;
  ASSERT_TRUE(loop.watch(dialled->fd(), {1, 1, Role::Backend}));
  (void)loop.wait(Duration{10'000});
  const ConnectState state = connect_state(*dialled);
  EXPECT_EQ(state.state, Connecting::Failed);
  EXPECT_EQ(state.reason, "Connection refused");
}

TEST(Dialer, takes_a_socket_pair_as_connected) {
  const auto ends = test::stream_pair();
  EXPECT_EQ(connect_state(ends.a).state, Connecting::Connected);
}

}  // namespace
}  // namespace postern::net
