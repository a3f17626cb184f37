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
    EXPECT_TRUE(loop.watch_listener(sockets[i].fd(), {i, 1, Role::Listener}));
  }
  for (const Event& event : loop.wait(Duration{10'000})) {
    if (auto accepted = accept_one(sockets[event.token.slot])) return std::move(*accepted);
  }
  throw std::runtime_error("nobody came");
}

Connecting wait_connected(const Stream& stream) {
  Loop loop;
  EXPECT_TRUE(loop.watch(stream.fd(), {1, 1, Role::Backend}));
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

TEST(Listener, tells_where_a_client_came_to_when_it_is_bound_to_every_address) {
  const auto sockets = listen_on(any_port("0.0.0.0"), 1);
  ASSERT_TRUE(sockets);
  TcpDialer dialer;
  const SocketAddress home{*IpAddress::parse("127.0.0.1"), sockets->front().local().port};
  auto dialled = dialer.dial(home);
  ASSERT_TRUE(dialled) << dialled.error().reason;
  EXPECT_EQ(wait_connected(*dialled), Connecting::Connected);
  EXPECT_EQ(accept_any(*sockets).local, home);
}

TEST(Listener, accepts_with_both_addresses_and_without_delay) {
  const auto sockets = listen_on(any_port("127.0.0.1"), 2);
  ASSERT_TRUE(sockets);
  TcpDialer dialer;
  auto dialled = dialer.dial(sockets->front().local());
  ASSERT_TRUE(dialled) << dialled.error().reason;
  EXPECT_EQ(wait_connected(*dialled), Connecting::Connected);
  Accepted accepted = accept_any(*sockets);
  EXPECT_EQ(accepted.client, local_address(*dialled));
  EXPECT_EQ(accepted.local, sockets->front().local());
  EXPECT_EQ(option(dialled->fd(), SOL_SOCKET, SO_KEEPALIVE), 0) << "not from the start";
  keep_alive(*dialled);
  // 180 s of silence, then 4 probes each 30 s; towards backends 120 s in all.
  EXPECT_EQ(option(accepted.stream.fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 300'000);
  EXPECT_EQ(option(dialled->fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 120'000);
  for (const int fd : {accepted.stream.fd(), dialled->fd()}) {
    EXPECT_NE(option(fd, IPPROTO_TCP, TCP_NODELAY), 0);
    EXPECT_NE(option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  }
}

config::ListenerSocket with(void (*change)(config::ListenerSocket&)) {
  config::ListenerSocket options;
  change(options);
  return options;
}

// What a connection to a socket with these options has.
Accepted accepted_with(const config::ListenerSocket& options, const char* listen,
                       const char* dial) {
  auto sockets = listen_on(any_port(listen), 1, options);
  EXPECT_TRUE(sockets) << sockets.error().reason;
  TcpDialer dialer;
  auto dialled = dialer.dial({*IpAddress::parse(dial), sockets->front().local().port});
  EXPECT_TRUE(dialled);
  return accept_any(*sockets);
}

TEST(Listener, gives_connections_the_keepalive_and_buffers_of_the_class) {
  const Accepted accepted = accepted_with(with([](config::ListenerSocket& options) {
                                            options.keep_alive_idle_s = 20;
                                            options.keep_alive_interval_s = 5;
                                            options.keep_alive_probes = 2;
                                            options.receive_buffer_octets = 32'768;
                                            options.send_buffer_octets = 16'384;
                                          }),
                                          "127.0.0.1", "127.0.0.1");
  const int fd = accepted.stream.fd();
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 20);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 2);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 30'000);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_RCVBUF), 2 * 32'768);  // the kernel counts its own share
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_SNDBUF), 2 * 16'384);
}

TEST(Listener, leaves_very_patient_probes_to_the_kernel) {
  const Accepted accepted = accepted_with(
      with([](config::ListenerSocket& options) { options.keep_alive_idle_s = 9 * 3600; }),
      "127.0.0.1", "127.0.0.1");
  EXPECT_EQ(option(accepted.stream.fd(), IPPROTO_TCP, TCP_KEEPIDLE), 9 * 3600);
  EXPECT_EQ(option(accepted.stream.fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
}

TEST(Listener, probes_nobody_when_the_class_says_so) {
  const Accepted accepted =
      accepted_with(with([](config::ListenerSocket& options) { options.keep_alive = false; }),
                    "127.0.0.1", "127.0.0.1");
  EXPECT_EQ(option(accepted.stream.fd(), SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option(accepted.stream.fd(), IPPROTO_TCP, TCP_USER_TIMEOUT), 120'000);
}

TEST(Listener, takes_v4_at_the_v6_address_when_the_class_says_so) {
  const Accepted accepted = accepted_with(
      with([](config::ListenerSocket& options) { options.ipv6_only = false; }), "::", "127.0.0.1");
  EXPECT_EQ(accepted.client.ip, *IpAddress::parse("127.0.0.1"));
  EXPECT_EQ(accepted.client.ip.family(), IpAddress::Family::V4);
}

TEST(Listener, speaks_multipath_where_the_kernel_has_it_and_serves_others_all_the_same) {
  const Accepted accepted =
      accepted_with(with([](config::ListenerSocket& options) { options.multipath = true; }),
                    "127.0.0.1", "127.0.0.1");
  EXPECT_NE(option(accepted.stream.fd(), IPPROTO_TCP, TCP_NODELAY), 0);
}

// TCP_INFO of a listening socket tells its backlog.
std::uint32_t backlog_of(const ListeningSocket& socket) {
  tcp_info now{};
  socklen_t length = sizeof now;
  EXPECT_EQ(::getsockopt(socket.fd(), IPPROTO_TCP, TCP_INFO, &now, &length), 0);
  return now.tcpi_sacked;
}

TEST(Listener, has_the_backlog_of_the_class) {
  const auto options = with([](config::ListenerSocket& wanted) { wanted.backlog = 7; });
  const auto sockets = listen_on(any_port("127.0.0.1"), 2, options);
  ASSERT_TRUE(sockets);
  for (const ListeningSocket& socket : *sockets) EXPECT_EQ(backlog_of(socket), 7U);
}

TEST(Listener, drops_who_comes_new_and_keeps_who_was_there) {
  for (const char* ip : {"127.0.0.1", "::1"}) {
    const auto sockets = listen_on(any_port(ip), 1);
    ASSERT_TRUE(sockets);
    TcpDialer dialer;
    auto before = dialer.dial(sockets->front().local());
    ASSERT_TRUE(before);
    ASSERT_EQ(wait_connected(*before), Connecting::Connected);
    ASSERT_TRUE(drop_new_connections(sockets->front()));
    auto after = dialer.dial(sockets->front().local());
    ASSERT_TRUE(after);
    Loop loop;
    ASSERT_TRUE(loop.watch(after->fd(), {1, 1, Role::Backend}));
    EXPECT_TRUE(loop.wait(Duration{100}).empty()) << ip;  // neither connected nor refused
    auto accepted = accept_one(sockets->front());
    ASSERT_TRUE(accepted) << ip;
    EXPECT_EQ(accepted->client, local_address(*before));
    EXPECT_EQ(accept_one(sockets->front()).error(), AcceptFailure::WouldBlock);
    // Who was accepted is heard and answered as before.
    ASSERT_EQ(before->write("hello").octets, 5U);
    (void)accepted->stream.write("welcome");
    EXPECT_EQ(test::read_all(*before), "welcome");
    EXPECT_EQ(test::read_all(accepted->stream), "hello");
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
  EXPECT_EQ(refused.error().reason, "Too many open files");
  EXPECT_TRUE(refused.error().is_ours);
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
    EXPECT_EQ(dialled.error().reason, "Connection refused");
    EXPECT_FALSE(dialled.error().is_ours);
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
