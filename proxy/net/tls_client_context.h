// What TLS towards backends needs and many backends share: authorities, client certificate, how
// strictly is verified. Backends that say the same have one context, and the authorities of the
// system are read once: they take 30 ms, and a thousand backends name them.
// Thread: the control thread makes them; workers make connections of them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "common/base/result.h"
#include "proxy/net/openssl_types.h"
#include "proxy/net/tls_client.h"

namespace postern::net {

class ClientContext {
 public:
  using Make = std::function<SslContextPtr()>;
  explicit ClientContext(SslContextPtr made) : context_(std::move(made)) {}
  explicit ClientContext(Make later) : later_(std::move(later)) {}
  // Any thread. Made now, if it was left until somebody connects.
  [[nodiscard]] SSL_CTX* get() const;

 private:
  mutable std::once_flag once_;
  mutable Make later_;
  mutable SslContextPtr context_;
};

// Names are not in it: they are each backend's own. Authorities that look whole are read when
// somebody connects, since OpenSSL takes a millisecond for one and a changed certificate often
// brings one along. Should it not take them after all, nobody is verified by them.
[[nodiscard]] Result<std::shared_ptr<const ClientContext>, std::string> client_context(
    const TlsClientMaterial& material);

}  // namespace postern::net
