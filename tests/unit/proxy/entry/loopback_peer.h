// A client or a backend on loopback that waits for what it needs: blocking in the test's thread,
// never longer than ten seconds.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/net/dialer.h"

namespace postern::entry::test {

enum class Heard : std::uint8_t { Line, End, Reset, Nothing };

class LoopbackPeer {
 public:
  explicit LoopbackPeer(net::Stream stream) : stream_(std::move(stream)) {}

  // Whether the connection came about within that time. A refused one is closed.
  [[nodiscard]] static bool is_connected(const net::Stream& stream, int milliseconds) {
    pollfd wanted{stream.fd(), POLLOUT, 0};
    if (::poll(&wanted, 1, milliseconds) != 1) return false;
    return net::connect_state(stream).state == net::Connecting::Connected;
  }

  void say(std::string_view octets) {
    (void)::send(stream_.fd(), octets.data(), octets.size(), MSG_NOSIGNAL);
  }

  // The next line, without its end, is in `line`.
  [[nodiscard]] Heard hear_line() {
    for (;;) {
      if (const auto end = heard_.find("\r\n"); end != std::string::npos) {
        line = heard_.substr(0, end);
        heard_.erase(0, end + 2);
        return Heard::Line;
      }
      pollfd wanted{stream_.fd(), POLLIN, 0};
      if (::poll(&wanted, 1, 10'000) != 1) return Heard::Nothing;
      char octets[1024];
      const auto got = ::recv(stream_.fd(), octets, sizeof octets, MSG_DONTWAIT);
      if (got == 0) return Heard::End;
      if (got < 0 && errno != EAGAIN) return Heard::Reset;
      if (got > 0) heard_.append(octets, static_cast<std::size_t>(got));
    }
  }
  // Lines up to one that begins so; false when the connection ends before it.
  [[nodiscard]] bool hear_until(std::string_view beginning) {
    while (hear_line() == Heard::Line) {
      if (line.starts_with(beginning)) return true;
    }
    return false;
  }

  std::string line;

 private:
  net::Stream stream_;
  std::string heard_;
};

}  // namespace postern::entry::test
