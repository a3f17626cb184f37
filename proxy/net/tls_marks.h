// Marks: what we remember in a TLS object: why it broke, and what its ClientHello chose. For the
// files of this room only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct ssl_st;

namespace postern::net {

// Why the last operation broke: an OpenSSL error code, 0 for none.
void mark_error(ssl_st* tls, unsigned long code);
[[nodiscard]] unsigned long marked_error(const ssl_st* tls);

// What the server's ClientHello callback chose, and what it keeps alive until the handshake is
// over.
struct HelloMark {
  std::string sni;
  std::size_t tenant = 0;
  bool named = false;
  bool limits_signatures = false;  // of the chain, beyond those of the handshake
  std::shared_ptr<const void> keeps;
};
void mark_hello(ssl_st* tls, std::unique_ptr<HelloMark> mark);  // freed with the TLS object
[[nodiscard]] HelloMark* marked_hello(const ssl_st* tls);

// Where a client's TLS object puts sessions that its server gives it, at any time of its life; of
// the same worker. Kept alive by the mark.
void mark_sessions(ssl_st* tls, std::shared_ptr<void> sessions);
[[nodiscard]] void* marked_sessions(const ssl_st* tls);

}  // namespace postern::net
