// The sessions that one worker keeps of one backend, to resume them. Private to TLS towards
// backends.
#pragma once

#include <deque>

#include "proxy/net/openssl_types.h"

namespace postern::net {

// The newest last.
struct Kept {
  std::deque<SslSessionPtr> sessions;
};

// OpenSSL's callback for a session that has become known.
int keep_session(SSL* tls, SSL_SESSION* session);

}  // namespace postern::net
