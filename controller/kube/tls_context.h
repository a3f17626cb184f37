// TlsContext: what TLS connections to an API server are made with: whom we believe and what we
// show. TLS 1.2 or better, ALPN http/1.1. Whom the server must be is checked by each connection.
#pragma once

#include <memory>
#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"

struct ssl_ctx_st;

namespace postern::kube {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

struct TlsMaterial {
  ByteView authorities_pem = {};  // empty: the system's
  ByteView certificate_pem = {};  // empty: we show none
  ByteView key_pem = {};
  bool unverified = false;
};

// Or a sentence why not.
[[nodiscard]] Result<TlsContext, std::string> make_tls_context(const TlsMaterial& material);

}  // namespace postern::kube
