#include "proxy/net/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "common/base/check.h"
#include "proxy/net/tls_marks.h"
#include "proxy/net/tls_wire.h"

namespace postern::net {

namespace {

// The most octets that one TLS record holds (RFC 8446 §5.1).
constexpr std::size_t kRecordOctets = std::size_t{16} << 10;

// Of a handshake or a dialogue: both are small, and wait in no buffer.
constexpr std::size_t kFlightOctets = 4096;

TlsWire& wire_of(const ssl_st* tls) { return TlsWire::of(SSL_get_rbio(tls)); }

Io plain_result(ssize_t moved, IoStatus blocked) {
  if (moved > 0) return {IoStatus::Done, static_cast<std::size_t>(moved)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {blocked, 0};
  return {IoStatus::Broken, 0};
}

// A FIN instead of close_notify is common among mail clients and taken as an end, but never inside
// a record: there something is missing.
bool between_records(const ssl_st* tls) {
  return SSL_rstate_string(tls)[1] == 'H' && SSL_has_pending(tls) == 0;
}

// The first reason is the true one: what is tried afterwards fails because of it.
Io broken(ssl_st* tls, unsigned long code) {
  if (marked_error(tls) == 0) mark_error(tls, code);
  return {IoStatus::Broken, 0};
}

Io tls_result(ssl_st* tls, int result, std::size_t moved) {
  if (result > 0) return {IoStatus::Done, moved};
  const int system_error = errno;
  switch (SSL_get_error(tls, result)) {
    case SSL_ERROR_WANT_READ: return {IoStatus::WantRead, 0};
    case SSL_ERROR_WANT_WRITE: return {IoStatus::WantWrite, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {between_records(tls) ? IoStatus::Ended : IoStatus::Broken, 0};
    case SSL_ERROR_SYSCALL:
      return broken(tls, ERR_SYSTEM_FLAG | static_cast<unsigned long>(system_error));
    default: return broken(tls, ERR_peek_error());
  }
}

// Errors of one connection must not be found by the next call for another.
void forget_errors() {
  ERR_clear_error();
  errno = 0;
}

std::string reason_of(const ssl_st* tls, unsigned long code) {
  if (code == 0) return "the peer closed the connection";
  if (ERR_SYSTEM_ERROR(code)) {
    const int number = static_cast<int>(code & ERR_SYSTEM_MASK);
    if (number == 0) return "the peer closed the connection";
    return std::generic_category().message(number);
  }
  const char* const words = ERR_reason_error_string(code);
  std::string reason = words ? words : "TLS error";
  const long verdict = SSL_get_verify_result(tls);
  if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict != X509_V_OK) {
    reason.append(": ").append(X509_verify_cert_error_string(verdict));
  }
  return reason;
}

}  // namespace

Stream::Stream(Stream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), tls_(std::exchange(other.tls_, nullptr)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    tls_ = std::exchange(other.tls_, nullptr);
  }
  return *this;
}

void Stream::secure(ssl_st* tls) {
  check(open() && !tls_, "a stream is secured once, while it is open");
  tls_ = tls;
  BIO* const wire = TlsWire::open(fd_);
  SSL_set_bio(tls_, wire, wire);
  SSL_set_mode(tls_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A FIN without close_notify is judged by between_records(), not by OpenSSL.
  SSL_set_options(tls_, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

// What a flight consists of is read with one system call, and written with one.
Io Stream::handshake() {
  forget_errors();
  TlsWire& wire = wire_of(tls_);
  if (const Io io = send_gathered(0); io.status != IoStatus::Done) return io;
  wire.gather();
  const Io io = exchange_flights();
  // The ticket that ends a handshake of TLS 1.3 can wait for what is said next; the last flight of
  // older versions, and a client's, is what the peer waits for.
  const bool can_wait = io.status == IoStatus::Done && SSL_is_server(tls_) == 1 &&
                        SSL_version(tls_) == TLS1_3_VERSION;
  if (can_wait) {
    wire.send_later();
    return io;
  }
  const Io sent = send_gathered(0);
  return io.status == IoStatus::Broken || sent.status == IoStatus::Done ? io : sent;
}

Io Stream::send_gathered(int flags) {
  bool is_broken = false;
  if (wire_of(tls_).send_gathered(is_broken, flags)) return {IoStatus::Done, 0};
  if (!is_broken) return {IoStatus::WantWrite, 0};
  return broken(tls_, ERR_SYSTEM_FLAG | static_cast<unsigned long>(errno));
}

Io Stream::exchange_flights() {
  const auto step = [this] {
    const Io io = tls_result(tls_, SSL_do_handshake(tls_), 0);
    return io.status == IoStatus::Ended ? Io{IoStatus::Broken, 0} : io;
  };
  // A server has nothing to say before it has read, unless its last words were blocked.
  const bool listens =
      SSL_is_server(tls_) == 1 && SSL_is_init_finished(tls_) == 0 && marked_error(tls_) == 0;
  Io io = listens ? Io{IoStatus::WantRead, 0} : step();
  while (io.status == IoStatus::WantRead) {
    std::array<char, kFlightOctets> records;
    const Io got = take_records(records);
    if (got.status == IoStatus::WantRead || got.status == IoStatus::Broken) return got;
    io = step();
    wire_of(tls_).keep();
  }
  return io;
}

// Reads what TLS is to open next, until keep().
Io Stream::take_records(std::span<char> records) {
  const Io got = receive(records, 0);
  if (got.status == IoStatus::Broken) {
    return broken(tls_, ERR_SYSTEM_FLAG | static_cast<unsigned long>(errno));
  }
  if (got.status == IoStatus::WantRead) return got;
  wire_of(tls_).give({records.data(), got.octets}, got.status == IoStatus::Ended);
  return got;
}

std::string Stream::tls_error() const {
  return tls_ ? reason_of(tls_, marked_error(tls_)) : std::string{};
}

TlsSummary Stream::tls_summary() const {
  if (!tls_) return {};
  TlsSummary summary;
  summary.version = SSL_get_version(tls_);
  summary.suite = SSL_get_cipher_name(tls_);
  if (const HelloMark* const hello = marked_hello(tls_)) summary.sni = hello->sni;
  summary.resumed = SSL_session_reused(tls_) == 1;
  return summary;
}

Io Stream::receive(std::span<char> into, int flags) {
  ssize_t got = 0;
  do {
    got = ::recv(fd_, into.data(), into.size(), flags);
  } while (got < 0 && errno == EINTR);
  if (got == 0 && !into.empty()) return {IoStatus::Ended, 0};
  return plain_result(got, IoStatus::WantRead);
}

Io Stream::peek(std::span<char> into) {
  check(!tls_, "only plain octets are looked at before they are taken");
  return receive(into, MSG_PEEK);
}

// What came together is read together: with TLS it is all of one trust, and what is not asked for
// now is kept for later.
Io Stream::read(std::span<char> into) {
  if (!tls_) {
    Io io = receive(into, 0);
    io.drained = io.octets < into.size();
    return io;
  }
  if (pending()) {
    const Io io = open_record(into);
    if (io.status != IoStatus::WantRead) return io;
  }
  for (;;) {
    std::array<char, kFlightOctets> records;
    const Io got = take_records(records);
    if (got.status == IoStatus::WantRead || got.status == IoStatus::Broken) return got;
    Io io = open_record(into);
    wire_of(tls_).keep();
    if (io.status == IoStatus::WantRead) continue;
    io.drained = got.octets < records.size() && !pending();
    return io;
  }
}

Io Stream::open_record(std::span<char> into) {
  forget_errors();
  std::size_t got = 0;
  const int result = SSL_read_ex(tls_, into.data(), into.size(), &got);
  return tls_result(tls_, result, got);
}

Gulp Stream::gulp(std::span<char> into, std::span<char> records) {
  if (!tls_) {
    const Io io = receive(into, 0);
    return {io.status, io.octets, io.octets < into.size()};
  }
  if (pending()) return open_records(into);
  const Io io = take_records(records);
  if (io.status == IoStatus::WantRead || io.status == IoStatus::Broken) return {io.status, 0, true};
  Gulp gulp = open_records(into);
  wire_of(tls_).keep();
  gulp.drained = io.octets < records.size();
  return gulp;
}

// All that the records hold. What is not a whole record stays inside the TLS object.
Gulp Stream::open_records(std::span<char> into) {
  Gulp gulp;
  do {
    const Io io = open_record(into.subspan(gulp.octets));
    gulp.status = io.status;
    gulp.octets += io.octets;
  } while (gulp.status == IoStatus::Done && into.size() - gulp.octets >= kRecordOctets &&
           (pending() || wire_of(tls_).ended()));
  // TLS wants the rest of a record; whether the kernel has it, or an end, is not known by that.
  if (gulp.status == IoStatus::WantRead) gulp.status = IoStatus::Done;
  return gulp;
}

Io Stream::send(ByteView octets, int flags) {
  ssize_t put = 0;
  do {
    put = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL | flags);
  } while (put < 0 && errno == EINTR);
  return plain_result(put, IoStatus::WantWrite);
}

Io Stream::write_last(ByteView octets) {
  if (octets.empty()) return {IoStatus::Done, 0};
  if (!tls_) return send(octets, MSG_MORE);
  wire_of(tls_).gather();
  return write(octets);
}

Io Stream::write(ByteView octets) {
  if (octets.empty()) return {IoStatus::Done, 0};
  if (!tls_) return send(octets, 0);
  forget_errors();
  std::size_t put = 0;
  const int result = SSL_write_ex(tls_, octets.data(), octets.size(), &put);
  const Io io = tls_result(tls_, result, put);
  return io.status == IoStatus::Ended ? Io{IoStatus::Broken, 0} : io;
}

bool Stream::pending() const { return tls_ && (SSL_pending(tls_) > 0 || wire_of(tls_).holds()); }

Io Stream::finish_write() {
  if (tls_ && SSL_is_init_finished(tls_) && (SSL_get_shutdown(tls_) & SSL_SENT_SHUTDOWN) == 0) {
    forget_errors();
    const int result = SSL_shutdown(tls_);  // 0: sent, and the peer's has not come yet
    if (result < 0) {
      const Io io = tls_result(tls_, result, 0);
      if (io.status == IoStatus::WantWrite) return io;
    }
  }
  if (tls_ && send_gathered(MSG_MORE).status == IoStatus::WantWrite) {
    return {IoStatus::WantWrite, 0};
  }
  ::shutdown(fd_, SHUT_WR);
  return {IoStatus::Done, 0};
}

void Stream::shutdown_write() {
  if (finish_write().status == IoStatus::WantWrite) ::shutdown(fd_, SHUT_WR);
}

void Stream::release_buffers() {
  // Never with a record half-way: OpenSSL before 3.0.14 used the freed buffer (CVE-2024-4741). A
  // partial write it refuses by itself.
  if (tls_ && !wire_of(tls_).holds() && between_records(tls_)) SSL_free_buffers(tls_);
}

void Stream::forget_certificate() {
  if (!tls_) return;
  SSL_certs_clear(tls_);
  if (HelloMark* const hello = marked_hello(tls_)) hello->keeps.reset();
}

void Stream::close() {
  if (tls_) {
    // A TLS object that ends without this makes its session unusable, and nobody could resume it.
    // What broke took its session along already.
    if (SSL_is_init_finished(tls_))
      SSL_set_shutdown(tls_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(std::exchange(tls_, nullptr));
  }
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace postern::net
