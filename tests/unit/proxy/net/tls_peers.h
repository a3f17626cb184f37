// Two ends of TLS in one thread: a listener's server side and a backend client's side, with an
// authority that both know.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proxy/net/stream.h"
#include "proxy/net/tls_client.h"
#include "proxy/net/tls_server.h"
#include "tests/support/certificates.h"
#include "tests/support/socket_pair.h"

namespace postern::net {

struct TlsPeers {
  explicit TlsPeers(std::string name = "mail.example.org") {
    pair = authority.issue({name});
    tls.server_names = {name};
    const config::Listener listener{
        993, Protocol::Imap, config::ListenerTls::Implicit, {{"ns/one", {name}}}};
    server = TlsServer::build(
        std::make_shared<const config::Listener>(listener),
        {make_tenant(Protocol::Imap, {"ns/one", &settings, {{"ns/cert", &pair}}}, shared).value()},
        shared, nullptr);
    client = TlsClient::build({&tls, {&trust}, nullptr}).value();
  }

  // A client's end and a server's end, their handshake not begun.
  test::StreamPair fresh() {
    auto ends = test::stream_pair();
    ends.a.secure(client->open(sessions));
    ends.b.secure(server->open());
    return ends;
  }
  test::StreamPair connected() {
    auto ends = fresh();
    if (!test::shake_hands(ends.a, ends.b).done()) throw std::runtime_error("no handshake");
    test::hear_tickets(ends.a, ends.b);
    return ends;
  }

  test::Authority authority;
  config::TrustBundle trust = authority.bundle();
  config::KeyPair pair;
  config::ServerTls settings;
  config::BackendTls tls{{}, false, {}, "", config::Verification::Full};
  TlsShared shared;
  TlsSessions sessions;
  std::shared_ptr<const TlsServer> server;
  std::shared_ptr<const TlsClient> client;
};

}  // namespace postern::net
