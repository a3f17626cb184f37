// Two connected, non-blocking sockets of a family that behaves like TCP, made without a port; and
// loops that run two ends of a conversation in one thread.
#pragma once

#include <sys/socket.h>

#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "proxy/net/stream.h"

namespace postern::test {

// The programs ignore SIGPIPE; OpenSSL writes to descriptors without MSG_NOSIGNAL.
inline void ignore_sigpipe() {
  static const bool done = [] {
    std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  (void)done;
}

inline std::pair<int, int> descriptor_pair(int buffer_octets = 0) {
  ignore_sigpipe();
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0) {
    throw std::runtime_error("no socket pair");
  }
  if (buffer_octets > 0) {
    for (const int fd : fds) {
      ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_octets, sizeof buffer_octets);
    }
  }
  return {fds[0], fds[1]};
}

struct StreamPair {
  net::Stream a;
  net::Stream b;
};

inline StreamPair stream_pair(int buffer_octets = 0) {
  const auto [a, b] = descriptor_pair(buffer_octets);
  return {net::Stream(a), net::Stream(b)};
}

struct Handshake {
  net::IoStatus client = net::IoStatus::WantRead;
  net::IoStatus server = net::IoStatus::WantRead;
  [[nodiscard]] bool done() const {
    return client == net::IoStatus::Done && server == net::IoStatus::Done;
  }
};

inline bool goes_on(net::IoStatus status) {
  return status == net::IoStatus::WantRead || status == net::IoStatus::WantWrite;
}

// Turns both ends until both are done, or one broke and the other has seen it.
inline Handshake shake_hands(net::Stream& client, net::Stream& server) {
  Handshake result;
  for (int turn = 0; turn < 100; ++turn) {
    if (goes_on(result.client)) result.client = client.handshake().status;
    if (goes_on(result.server)) result.server = server.handshake().status;
    if (!goes_on(result.client) && !goes_on(result.server)) break;
  }
  return result;
}

inline std::string read_all(net::Stream& stream, net::IoStatus* last = nullptr);

// Tickets come with the first words of a server.
inline void hear_tickets(net::Stream& client, net::Stream& server) {
  (void)server.write("* OK\r\n");
  (void)read_all(client);
}

// All that can be read now.
inline std::string read_all(net::Stream& stream, net::IoStatus* last) {
  std::string out;
  char octets[4096];
  for (;;) {
    const net::Io io = stream.read(octets);
    if (last) *last = io.status;
    if (io.status != net::IoStatus::Done) return out;
    out.append(octets, io.octets);
  }
}

// Writes as much as fits now; how much that was.
inline std::size_t write_some(net::Stream& stream, ByteView octets) {
  std::size_t written = 0;
  while (written < octets.size()) {
    const net::Io io = stream.write(octets.substr(written));
    if (io.status != net::IoStatus::Done) break;
    written += io.octets;
  }
  return written;
}

}  // namespace postern::test
