// A server that says what a test tells it to, octet by octet, on a loopback port that the kernel
// chose; one thread a connection. What it says need not be HTTP.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <openssl/ssl.h>

#include "tests/support/fake_api/tls.h"

namespace postern::test {

class RawPeer {
 public:
  RawPeer(int fd, SSL_CTX* tls, int number) : number_(number), fd_(fd), ssl_(nullptr, SSL_free) {
    if (!tls) return;
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), fd_);
  }
  ~RawPeer() { ::close(fd_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  [[nodiscard]] int number() const { return number_; }  // 1: the first connection
  [[nodiscard]] bool shake_hands() const { return !ssl_ || SSL_accept(ssl_.get()) == 1; }
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

  // Head and body of the next request; empty when the client has left.
  [[nodiscard]] std::string read_request() {
    constexpr std::string_view kEnd = "\r\n\r\n";
    std::size_t head = 0;
    while ((head = unread_.find(kEnd)) == std::string::npos) {
      if (!read_more()) return {};
    }
    head += kEnd.size();
    const std::size_t at = unread_.find("Content-Length: ");
    const std::size_t body =
        at < head ? std::strtoul(unread_.c_str() + at + 16, nullptr, 10) : std::size_t{0};
    while (unread_.size() < head + body) {
      if (!read_more()) return {};
    }
    std::string request = unread_.substr(0, head + body);
    unread_.erase(0, head + body);
    return request;
  }
  void write(std::string_view octets) const {
    while (!octets.empty()) {
      const long sent = ssl_ ? SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()))
                             : ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void answer(std::string_view body, std::string_view status = "200 OK") const {
    write("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + std::string(body));
  }
  // Returns when the client has closed.
  void await_end() {
    while (read_more()) unread_.clear();
  }
  void hang_up() const { ::shutdown(fd_, SHUT_RDWR); }

 private:
  bool read_more() {
    char octets[16'384];
    const long got =
        ssl_ ? SSL_read(ssl_.get(), octets, sizeof octets) : ::recv(fd_, octets, sizeof octets, 0);
    if (got > 0) unread_.append(octets, static_cast<std::size_t>(got));
    return got > 0;
  }

  int number_;
  int fd_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  std::string unread_;
};

class RawServer {
 public:
  using Serve = std::function<void(RawPeer&)>;

  explicit RawServer(Serve serve, std::shared_ptr<SSL_CTX> tls = nullptr)
      : serve_(std::move(serve)),
        tls_(std::move(tls)),
        listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to descriptors without MSG_NOSIGNAL
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    if (::bind(listening_, where, length) != 0 || ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, where, &length) != 0) {
      throw std::runtime_error("no loopback port");
    }
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~RawServer() {
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    for (auto& [peer, thread] : peers_) peer->hang_up();
    for (auto& [peer, thread] : peers_) thread.join();
    ::close(listening_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() {
    const std::lock_guard lock(mutex_);
    return peers_.size();
  }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      const int number = static_cast<int>(peers_.size()) + 1;
      auto peer = std::make_unique<RawPeer>(fd, tls_.get(), number);
      RawPeer* const its = peer.get();
      peers_.emplace_back(std::move(peer), std::thread([this, its] {
                            if (its->shake_hands()) serve_(*its);
                            its->hang_up();
                          }));
    }
  }

  Serve serve_;
  std::shared_ptr<SSL_CTX> tls_;
  int listening_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::list<std::pair<std::unique_ptr<RawPeer>, std::thread>> peers_;
  std::thread accepting_;
};

}  // namespace postern::test
