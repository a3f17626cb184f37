#include "proxy/net/tls_session_keeper.h"

#include <cstddef>

#include "proxy/net/tls_marks.h"

namespace postern::net {

namespace {
constexpr std::size_t kSessionsKept = 4;
}

// The connection's own session is spoilt for others when the connection ends, and OpenSSL lets a
// TLS 1.3 session be used once: we keep and give away copies.
int keep_session(SSL* tls, SSL_SESSION* session) {
  auto* const kept = static_cast<Kept*>(marked_sessions(tls));
  if (!kept) return 0;
  if (SSL_SESSION* const copy = SSL_SESSION_dup(session)) {
    kept->sessions.emplace_back(copy);
    if (kept->sessions.size() > kSessionsKept) kept->sessions.pop_front();
  }
  return 0;  // the connection keeps what is its own
}

}  // namespace postern::net
