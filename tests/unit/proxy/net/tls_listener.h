// A listener with tenants made by hand, and a client of plain OpenSSL that a test can tell to offer
// anything.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/net/openssl_types.h"
#include "proxy/net/pem.h"
#include "proxy/net/stream.h"
#include "proxy/net/tls_server.h"
#include "tests/support/certificates.h"
#include "tests/support/socket_pair.h"

namespace postern::net {

inline constexpr int kVersions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

struct TenantDraft {
  std::string server{};
  std::vector<std::string> hostnames{};
  std::vector<config::KeyPair> pairs{};
  config::ServerTls tls{};
  std::vector<config::TrustBundle> authorities{};
  std::vector<config::TrustBundle> revocations{};
  std::optional<config::OwnTicketKeys> tickets{};
};

using Built = Result<std::shared_ptr<const TlsServer>, std::vector<TlsProblem>>;

inline Built build(const std::deque<TenantDraft>& drafts, TlsShared& shared,
                   Protocol protocol = Protocol::Imap, const TlsServer* before = nullptr) {
  auto listener = std::make_shared<config::Listener>();
  listener->protocol = protocol;
  std::vector<ReadyTenant> tenants;
  std::vector<TlsProblem> problems;
  for (const TenantDraft& draft : drafts) {
    TlsTenant tenant{draft.server, &draft.tls, {}};
    for (const config::KeyPair& pair : draft.pairs) tenant.key_pairs.emplace_back("ns/pair", &pair);
    for (const config::TrustBundle& bundle : draft.authorities) {
      tenant.clients.trust.emplace_back("ns/ca", &bundle);
    }
    for (const config::TrustBundle& bundle : draft.revocations) {
      tenant.clients.revocations.emplace_back("ns/crl", &bundle);
    }
    if (draft.tickets) tenant.tickets = &*draft.tickets;
    listener->tenants.push_back({draft.server, draft.hostnames, config::Plaintext::Refuse, 0});
    auto made = make_tenant(protocol, tenant, shared);
    if (made) {
      tenants.push_back(std::move(*made));
    } else {
      problems.insert(problems.end(), made.error().begin(), made.error().end());
    }
  }
  if (!problems.empty()) return Fail<std::vector<TlsProblem>>(std::move(problems));
  return TlsServer::build(std::move(listener), std::move(tenants), shared, before);
}

// What a client of the test offers.
struct Offer {
  std::string sni{};
  std::string alpn{};  // as on the wire
  int min_version = 0;
  int max_version = 0;
  std::string ciphers{};  // up to TLS 1.2
  std::string sigalgs{};
  SSL_SESSION* session = nullptr;
  bool tickets = true;
  const config::KeyPair* pair = nullptr;  // that it shows when it is asked
};

// How a handshake went, and both ends of it.
struct Met {
  test::Handshake handshake;
  Stream client;
  Stream server;
  std::string alert;  // what the client was told

  [[nodiscard]] bool done() const { return handshake.done(); }
  [[nodiscard]] TlsChoice choice() const { return TlsServer::choice(server.tls()); }
  [[nodiscard]] bool resumed() const { return server.tls_summary().resumed; }
  // The name in the certificate that was shown, and the type of its key.
  [[nodiscard]] std::string common_name() const {
    const X509Ptr shown(SSL_get1_peer_certificate(client.tls()));
    char name[256] = "";
    if (shown) {
      X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name,
                                sizeof name);
    }
    return name;
  }
  [[nodiscard]] int key_type() const {
    const X509Ptr shown(SSL_get1_peer_certificate(client.tls()));
    return shown ? EVP_PKEY_get_base_id(X509_get0_pubkey(shown.get())) : 0;
  }
};

class Visitor {
 public:
  Visitor() : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_session_cache_mode(context_.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context_.get(), this);
    SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* tls, SSL_SESSION* session) {
      auto* const self = static_cast<Visitor*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)));
      self->session_.reset(SSL_SESSION_dup(session));
      ++self->sessions_given_;
      return 0;
    });
  }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  Met meet(const TlsServer& server, const Offer& offer = {}) {
    ERR_clear_error();
    session_.reset();
    sessions_given_ = 0;
    auto ends = test::stream_pair();
    ends.a.secure(dress(offer));
    ends.b.secure(server.open());
    Met met{test::shake_hands(ends.a, ends.b), std::move(ends.a), std::move(ends.b), {}};
    if (met.done()) test::hear_tickets(met.client, met.server);
    met.alert = met.client.tls_error();
    return met;
  }

  // The session of the last meeting, to offer in another.
  [[nodiscard]] SslSessionPtr take_session() { return std::move(session_); }
  [[nodiscard]] int sessions_given() const { return sessions_given_; }

 private:
  SSL* dress(const Offer& offer) {
    SSL* const tls = SSL_new(context_.get());
    SSL_set_connect_state(tls);
    if (!offer.sni.empty()) SSL_set_tlsext_host_name(tls, offer.sni.c_str());
    if (offer.min_version != 0) SSL_set_min_proto_version(tls, offer.min_version);
    if (offer.max_version != 0) SSL_set_max_proto_version(tls, offer.max_version);
    if (!offer.ciphers.empty()) SSL_set_cipher_list(tls, offer.ciphers.c_str());
    if (!offer.sigalgs.empty()) SSL_set1_sigalgs_list(tls, offer.sigalgs.c_str());
    if (!offer.alpn.empty()) {
      SSL_set_alpn_protos(tls, reinterpret_cast<const unsigned char*>(offer.alpn.data()),
                          static_cast<unsigned int>(offer.alpn.size()));
    }
    if (!offer.tickets) SSL_set_options(tls, SSL_OP_NO_TICKET);
    if (offer.session) SSL_set_session(tls, offer.session);
    if (offer.pair) show(tls, *offer.pair);
    return tls;
  }

  static void show(SSL* tls, const config::KeyPair& pair) {
    const auto loaded = load_pair(pair, read_pair(pair)->key_type);
    SSL_use_cert_and_key(tls, loaded->leaf.get(), loaded->key.get(), loaded->chain.get(), 1);
  }

  SslContextPtr context_;
  SslSessionPtr session_;
  int sessions_given_ = 0;
};

}  // namespace postern::net
