#include "bench/load/channel.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace postern::bench {
namespace {

sockaddr_in socket_address(const std::string& address, int port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &made.sin_addr);
  return made;
}

bool has_address(int fd, const sockaddr_in& address) {
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Channel::Channel(int fd) : fd_(fd) {}

Channel::~Channel() {
  if (ssl_ != nullptr) {
    if (!shaking_ && !broken_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
    ERR_clear_error();
  }
  close(fd_);
}

void Channel::begin_tls(SSL_CTX* context) {
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, fd_);
  shaking_ = true;
}

void Channel::begin_tls_as_client(SSL_CTX* context, SSL_SESSION* session) {
  begin_tls(context);
  if (session != nullptr) SSL_set_session(ssl_, session);
  SSL_set_connect_state(ssl_);
}

void Channel::begin_tls_as_server(SSL_CTX* context) {
  begin_tls(context);
  SSL_set_accept_state(ssl_);
}

Shake Channel::shake() {
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    shaking_ = false;
    return Shake::kDone;
  }
  const int why = SSL_get_error(ssl_, result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return Shake::kWaiting;
  ERR_clear_error();
  broken_ = true;
  return Shake::kFailed;
}

Came Channel::receive(char* into, std::size_t most, std::size_t& count) {
  count = 0;
  if (ssl_ == nullptr) {
    const ssize_t got = recv(fd_, into, most, 0);
    if (got > 0) count = static_cast<std::size_t>(got);
    if (got < 0 && errno != EAGAIN) broken_ = true;
    return got > 0 ? Came::kSome : (got < 0 && errno == EAGAIN ? Came::kNothing : Came::kEnd);
  }
  while (count < most) {
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_, into + count, most - count, &got);
    count += got;
    if (result == 1) continue;
    const int why = SSL_get_error(ssl_, result);
    if (count > 0) break;
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return Came::kNothing;
    if (why != SSL_ERROR_ZERO_RETURN) broken_ = true;
    ERR_clear_error();
    return Came::kEnd;
  }
  return Came::kSome;
}

std::size_t Channel::write_some(std::string_view octets) {
  if (broken_ || octets.empty()) return 0;
  if (ssl_ == nullptr) {
    const ssize_t sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) broken_ = true;
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  std::size_t sent = 0;
  const int result = SSL_write_ex(ssl_, octets.data(), octets.size(), &sent);
  if (result == 1) return sent;
  const int why = SSL_get_error(ssl_, result);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
    broken_ = true;
    ERR_clear_error();
  }
  return 0;
}

void Channel::send(std::string_view octets) {
  if (waiting_.empty()) {
    while (!octets.empty()) {
      const std::size_t sent = write_some(octets);
      if (sent == 0) break;
      octets.remove_prefix(sent);
    }
  }
  waiting_.append(octets);
}

bool Channel::flush() {
  while (!waiting_.empty()) {
    const std::size_t sent = write_some(waiting_);
    if (sent == 0) return false;
    waiting_.erase(0, sent);
  }
  return true;
}

bool Channel::finish() {
  if (ssl_ == nullptr) return shutdown(fd_, SHUT_WR) == 0;
  const int result = SSL_shutdown(ssl_);
  const bool blocked = result < 0 && SSL_get_error(ssl_, result) == SSL_ERROR_WANT_WRITE;
  ERR_clear_error();
  return !blocked;
}

void Channel::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  broken_ = true;
}

char* receive_buffer() {
  thread_local std::vector<char> buffer(kReceiveAtOnce);
  return buffer.data();
}

void no_delay(int fd) {
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

int listen_on(const std::string& address, int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  if (has_address(fd, socket_address(address, port)) && listen(fd, 4096) == 0) return fd;
  close(fd);
  return -1;
}

int connect_from(const std::string& source, const std::string& address, int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int one = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  no_delay(fd);
  const sockaddr_in to = socket_address(address, port);
  const bool from = source.empty() || has_address(fd, socket_address(source, 0));
  if (from && (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 ||
               errno == EINPROGRESS)) {
    return fd;
  }
  close(fd);
  return -1;
}

}  // namespace postern::bench
