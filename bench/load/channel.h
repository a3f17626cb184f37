// A socket that never blocks, in clear or inside TLS, with what could not be written yet. Owns
// descriptor and SSL object; knows no protocol. Its user is told of readiness by the loop and then
// receives and flushes until nothing is left to do. One thread.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::bench {

enum class Came { kSome, kNothing, kEnd };
enum class Shake { kDone, kWaiting, kFailed };

class Channel {
 public:
  explicit Channel(int fd);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] SSL* ssl() const { return ssl_; }

  void begin_tls_as_client(SSL_CTX* context, SSL_SESSION* session);
  void begin_tls_as_server(SSL_CTX* context);
  [[nodiscard]] bool shaking() const { return shaking_; }
  Shake shake();

  // Up to `most` octets, as many as are there; `count` says how many.
  Came receive(char* into, std::size_t most, std::size_t& count);
  // How many were taken; 0 when it is blocked or has failed.
  std::size_t write_some(std::string_view octets);
  // Takes all: what cannot be written waits for flush.
  void send(std::string_view octets);
  // True when nothing waits.
  bool flush();
  [[nodiscard]] bool broken() const { return broken_; }

  // No octet more comes from us; what the other end says is still read. False: not yet, it is
  // blocked.
  bool finish();
  // Ends with RST instead of FIN.
  void reset();

 private:
  void begin_tls(SSL_CTX* context);

  int fd_;
  SSL* ssl_ = nullptr;
  bool shaking_ = false;
  bool broken_ = false;
  std::string waiting_;
};

// Buffer of this thread for what is received.
constexpr std::size_t kReceiveAtOnce = 64 * 1024;
char* receive_buffer();

// Sockets of both ends.
int listen_on(const std::string& address, int port);
int connect_from(const std::string& source, const std::string& address, int port);
void no_delay(int fd);

}  // namespace postern::bench
