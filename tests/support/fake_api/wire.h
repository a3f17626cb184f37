// A connection to the fake API server: octets in and out, with TLS or without, on a thread of its
// own that may block; another thread ends it by hang_up().
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/ssl.h>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "tests/support/fake_api/tls.h"

namespace postern::test {

class ApiWire {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;

  ApiWire(int fd, SSL_CTX* tls) : fd_(fd), tls_(tls ? SSL_new(tls) : nullptr, SSL_free) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    if (tls_) SSL_set_fd(tls_.get(), fd_);
  }
  ~ApiWire() { ::close(fd_); }
  ApiWire(const ApiWire&) = delete;
  ApiWire& operator=(const ApiWire&) = delete;

  // From any thread: reads and writes end at once.
  void hang_up() { ::shutdown(fd_, SHUT_RDWR); }

  [[nodiscard]] bool shake_hands() { return !tls_ || SSL_accept(tls_.get()) == 1; }
  // Whom the client's certificate names, where it showed a good one.
  [[nodiscard]] std::string certified() const {
    return tls_ ? common_name_of_peer(tls_.get()) : std::string();
  }

  // Nothing when the client has left, or says what is no HTTP.
  [[nodiscard]] std::optional<Request> read_request() {
    boost::beast::http::request_parser<boost::beast::http::string_body> parser;
    parser.eager(true);
    parser.body_limit(std::uint64_t{64} << 20);
    while (!parser.is_done()) {
      if (!unread_.empty()) {
        boost::beast::error_code error;
        const std::size_t used =
            parser.put(boost::asio::buffer(unread_.data(), unread_.size()), error);
        unread_.erase(0, used);
        if (error && error != boost::beast::http::error::need_more) return std::nullopt;
        if (parser.is_done()) break;
        if (used > 0 && !unread_.empty()) continue;
      }
      if (!read_more()) return std::nullopt;
    }
    return parser.release();
  }

  bool write(std::string_view octets) {
    while (!octets.empty()) {
      const long sent = tls_ ? SSL_write(tls_.get(), octets.data(), static_cast<int>(octets.size()))
                             : ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The client has left, or says something: both end a watch.
  [[nodiscard]] bool is_stirring() const {
    pollfd entry{fd_, POLLIN | POLLRDHUP, 0};
    return ::poll(&entry, 1, 0) > 0;
  }

 private:
  bool read_more() {
    char octets[16'384];
    const long got =
        tls_ ? SSL_read(tls_.get(), octets, sizeof octets) : ::recv(fd_, octets, sizeof octets, 0);
    if (got > 0) unread_.append(octets, static_cast<std::size_t>(got));
    return got > 0;
  }

  int fd_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  std::string unread_;
};

}  // namespace postern::test
