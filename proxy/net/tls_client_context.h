// What TLS towards backends needs and many backends share: authorities, client certificate, how
// strictly is verified. Backends that say the same have one context, and the authorities of the
// system are read once: they take 30 ms, and a thousand backends name them.
// Thread: the control thread makes them; workers make connections of them.
#pragma once

#include <memory>
#include <string>

#include "common/base/result.h"
#include "proxy/net/openssl_types.h"
#include "proxy/net/tls_client.h"

namespace postern::net {

struct ClientContext {
  SslContextPtr context;
};

// Names are not in it: they are each backend's own.
[[nodiscard]] Result<std::shared_ptr<const ClientContext>, std::string> client_context(
    const TlsClientMaterial& material);

}  // namespace postern::net
