#include "common/admin/admin_server.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace postern::admin {
namespace {

SocketAddress loopback(std::uint16_t port) { return {IpAddress::v4({127, 0, 0, 1}), port}; }

Pages pages() {
  return {.live = [] { return true; },
          .ready = [] { return false; },
          .metrics = [] { return std::string("postern_example 1\n"); },
          .config = [] { return std::string(300'000, 'c'); }};
}

// A client's raw socket; reads are bounded by ten seconds, so that a hanging server fails the test.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval bound{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void say(std::string_view text) {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // Everything up to the server's end of the connection.
  [[nodiscard]] std::string hear() {
    std::string heard;
    char part[4096];
    for (ssize_t octets = 0; (octets = ::recv(fd_, part, sizeof part, 0)) > 0;) {
      heard.append(part, static_cast<std::size_t>(octets));
    }
    return heard;
  }

 private:
  int fd_;
  bool connected_ = false;
};

class AdminServerTest : public testing::Test {
 protected:
  std::uint16_t start(AdminLimits limits = {}) {
    server_ = std::make_unique<AdminServer>(pages(), limits);
    const auto bound = server_->start(loopback(0));
    EXPECT_TRUE(bound.has_value());
    return bound ? bound->port : std::uint16_t{0};
  }
  static std::string ask(std::uint16_t port, std::string_view request) {
    Client client(port);
    client.say(request);
    return client.hear();
  }

  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, answers_over_a_port_of_the_systems_choice) {
  const std::uint16_t port = start();
  ASSERT_NE(port, 0);
  const std::string answer = ask(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\npostern_example 1\n")) << answer;
}

TEST_F(AdminServerTest, sends_a_long_page_whole) {
  const std::string answer = ask(start(), "GET /config HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + std::string(300'000, 'c')));
}

TEST_F(AdminServerTest, says_not_ready_by_503) {
  EXPECT_TRUE(ask(start(), "GET /readyz HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 503 "));
}

TEST_F(AdminServerTest, refuses_other_methods_without_a_reset_over_their_body) {
  const std::string answer = ask(start(),
                                 "POST /config HTTP/1.1\r\nHost: x\r\n"
                                 "Content-Length: 4\r\n\r\nbody");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
  EXPECT_NE(answer.find("Allow: GET\r\n"), std::string::npos);
}

TEST_F(AdminServerTest, refuses_a_header_of_more_than_8_KiB) {
  const std::string answer =
      ask(start(), "GET /livez HTTP/1.1\r\nX: " + std::string(kMaxHeaderOctets, 'x') + "\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
}

TEST_F(AdminServerTest, tells_a_client_that_speaks_no_http) {
  EXPECT_TRUE(ask(start(), "\x16\x03\x01 hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_F(AdminServerTest, ends_a_silent_connection_at_its_deadline) {
  const std::uint16_t port = start({.connection_time = std::chrono::milliseconds(50)});
  EXPECT_EQ(ask(port, "GET /livez HT"), "");
}

TEST_F(AdminServerTest, makes_others_wait_while_all_places_are_taken) {
  const std::uint16_t port =
      start({.connections = 1, .connection_time = std::chrono::milliseconds(300)});
  Client silent(port);
  ASSERT_TRUE(silent.connected());
  // Answered only after the silent one was put out.
  EXPECT_TRUE(ask(port, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(AdminServerTest, goes_on_after_more_connections_than_places) {
  const std::uint16_t port = start({.connections = 2});
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(ask(port, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
  }
}

TEST_F(AdminServerTest, cuts_open_connections_when_it_stops) {
  Client silent(start());
  server_->stop();
  EXPECT_EQ(silent.hear(), "");
}

TEST_F(AdminServerTest, names_the_address_that_is_taken) {
  const std::uint16_t port = start();
  AdminServer second(pages());
  const auto bound = second.start(loopback(port));
  ASSERT_FALSE(bound.has_value());
  EXPECT_EQ(bound.error(), "127.0.0.1:" + std::to_string(port) + ": Address already in use");
}

TEST_F(AdminServerTest, can_be_started_again_after_it_stopped) {
  ASSERT_NE(start(), 0);
  server_->stop();
  const auto bound = server_->start(loopback(0));
  ASSERT_TRUE(bound.has_value());
  EXPECT_TRUE(ask(bound->port, "GET /livez HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace postern::admin
