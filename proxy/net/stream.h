// Stream: what a stage may do with a connection: a descriptor and, once secured, a TLS object on
// it. Non-blocking, edge-triggered: after WouldBlock the loop tells when to try again. A moved
// value; its end closes the descriptor at once (the session defers that to the end of the batch).
// Before TLS nothing is read ahead of what was asked for, so what follows a trust change stays in
// the kernel; inside TLS, where all is of one trust, what came together is read together and kept.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/base/bytes.h"

struct ssl_st;

namespace postern::net {

enum class IoStatus : std::uint8_t {
  Done,       // `octets` were moved
  WantRead,   // nothing moved; try again when readable (TLS may want this while writing)
  WantWrite,  // nothing moved; try again when writable
  Ended,      // the peer ended its side in order (FIN; close_notify with TLS)
  Broken,     // reset, TLS error, FIN without close_notify while reading TLS records half-way
};

struct Io {
  IoStatus status = IoStatus::Done;
  std::size_t octets = 0;
  bool drained = false;  // of read(): there was no more for now, but maybe the end
};

// What one system call gave, and all that it holds.
struct Gulp {
  // Of the last step: octets may have come before an end, and none with Done (TLS's own words).
  IoStatus status = IoStatus::Done;
  std::size_t octets = 0;
  bool drained = false;  // there was less than was asked for: no more for now, but maybe the end
};

struct TlsSummary {
  std::string version;  // "TLSv1.3"
  std::string suite;
  std::string sni;  // as chosen in the ClientHello callback; empty: none
  bool resumed = false;
};

class Stream {
 public:
  Stream() = default;
  explicit Stream(int fd) : fd_(fd) {}
  ~Stream() { close(); }
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&& other) noexcept;

  [[nodiscard]] bool open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool secured() const { return tls_ != nullptr; }

  // Takes the TLS object (made by net/tls_server or net/tls_client) and binds it to the descriptor.
  void secure(ssl_st* tls);
  // One step: Done when the handshake is complete.
  [[nodiscard]] Io handshake();
  // Why the last handshake or TLS operation broke, for the log: OpenSSL's reason, printable.
  [[nodiscard]] std::string tls_error() const;
  [[nodiscard]] TlsSummary tls_summary() const;
  [[nodiscard]] ssl_st* tls() const { return tls_; }

  [[nodiscard]] Io read(std::span<char> into);
  // Relaying: one system call's worth. With TLS, whole records are read through `records` and
  // decrypted into `into`, which must have room for them and one more record.
  [[nodiscard]] Gulp gulp(std::span<char> into, std::span<char> records);
  // What read() would give next, and does still. Only before TLS.
  [[nodiscard]] Io peek(std::span<char> into);
  // A partial write repeats with the same octets first (SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER is on).
  [[nodiscard]] Io write(ByteView octets);
  // The same for the last octets: they wait for finish_write(), in clear close() will do, which is
  // to come at once, and leave with the end in one segment.
  [[nodiscard]] Io write_last(ByteView octets);
  // Octets are waiting on our side of the descriptor: no event will tell.
  [[nodiscard]] bool pending() const;

  // Ends our side: close_notify with TLS, then FIN. WantWrite: close_notify does not fit yet, try
  // again when writable.
  [[nodiscard]] Io finish_write();
  // The same in one try: a close_notify that does not fit is left out.
  void shutdown_write();
  // Gives back what TLS holds while idle; only with nothing pending and no partial write.
  void release_buffers();
  // No certificate and key are kept once the handshake is over.
  void forget_certificate();
  void close();

 private:
  [[nodiscard]] Io send(ByteView octets, int flags);
  [[nodiscard]] Io exchange_flights();
  [[nodiscard]] Io send_gathered(int flags);
  [[nodiscard]] Io take_records(std::span<char> records);
  [[nodiscard]] Io open_record(std::span<char> into);
  [[nodiscard]] Gulp open_records(std::span<char> into);
  [[nodiscard]] Io receive(std::span<char> into, int flags);

  int fd_ = -1;
  ssl_st* tls_ = nullptr;
};

}  // namespace postern::net
