#include "proxy/net/tls_client.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <deque>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "common/base/address.h"
#include "common/base/check.h"
#include "proxy/net/openssl_types.h"
#include "proxy/net/pem.h"
#include "proxy/net/tls_marks.h"
#include "proxy/net/tls_policy.h"

namespace postern::net {

namespace {

constexpr std::size_t kSessionsKept = 4;

// Sessions for one factory on one worker, the newest last.
struct Kept {
  std::deque<SslSessionPtr> sessions;
};

// The connection's own session is spoilt for others when the connection ends, and OpenSSL lets a
// TLS 1.3 session be used once: we keep and give away copies.
int on_new_session(SSL* tls, SSL_SESSION* session) {
  auto* const kept = static_cast<Kept*>(marked_sessions(tls));
  if (!kept) return 0;
  if (SSL_SESSION* const copy = SSL_SESSION_dup(session)) {
    kept->sessions.emplace_back(copy);
    if (kept->sessions.size() > kSessionsKept) kept->sessions.pop_front();
  }
  return 0;  // the connection keeps what is its own
}

bool is_fresh(const SSL_SESSION* session) {
  const long end = SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session);
  return SSL_SESSION_is_resumable(session) == 1 && std::time(nullptr) < end;
}

void resume(SSL* tls, Kept& kept) {
  while (!kept.sessions.empty() && !is_fresh(kept.sessions.back().get())) kept.sessions.pop_back();
  if (kept.sessions.empty()) return;
  const SslSessionPtr copy(SSL_SESSION_dup(kept.sessions.back().get()));
  if (copy) SSL_set_session(tls, copy.get());
}

using Outcome = Result<void, std::string>;

Outcome trust(SSL_CTX* context, const TlsClientMaterial& material) {
  // A missing system store is no error here: the handshake will say whom it could not verify.
  if (material.tls->system_trust) SSL_CTX_set_default_verify_paths(context);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const config::TrustBundle* const bundle : material.trust) {
    const auto certificates = read_certificates(bundle->ca_pem);
    if (!certificates) return Fail<std::string>("trust bundle: " + certificates.error());
    for (const X509Ptr& one : *certificates) X509_STORE_add_cert(store, one.get());
  }
  ERR_clear_error();
  return {};
}

Outcome verify(SSL_CTX* context, const config::BackendTls& tls) {
  if (tls.verification == config::Verification::None) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    return {};
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* const rules = SSL_CTX_get0_param(context);
  // Who is written in a bundle is trusted, root or not.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  if (tls.verification == config::Verification::CaOnly) return {};
  if (tls.server_names.empty()) return Fail<std::string>("there is no server name to verify");
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  for (const std::string& name : tls.server_names) {
    // An empty name would switch the check off.
    const bool added =
        !name.empty() && X509_VERIFY_PARAM_add1_host(rules, name.data(), name.size()) == 1;
    if (!added)
      return Fail<std::string>(fmt::format("server name \"{}\" cannot be verified", name));
  }
  return {};
}

Outcome present(SSL_CTX* context, const config::KeyPair* pair) {
  if (!pair) return {};
  const auto der = read_pair(*pair);
  if (!der) return Fail<std::string>("client certificate: " + der.error());
  const auto loaded = load_pair(*der);
  const bool taken =
      loaded && SSL_CTX_use_cert_and_key(context, loaded->leaf.get(), loaded->key.get(),
                                         loaded->chain.get(), 1) == 1;
  ERR_clear_error();
  if (!taken) return Fail<std::string>("client certificate: OpenSSL refuses it (weak key?)");
  return {};
}

}  // namespace

struct TlsSessions::State {
  struct Entry {
    std::weak_ptr<const void> factory;
    std::shared_ptr<Kept> kept;
  };
  std::map<const void*, Entry> by_factory;

  // An address may be used again by a later factory: the entry is its own only while it lives.
  std::shared_ptr<Kept> of(const std::shared_ptr<const void>& factory) {
    const auto found = by_factory.find(factory.get());
    if (found != by_factory.end() && found->second.factory.lock() == factory) {
      return found->second.kept;
    }
    std::erase_if(by_factory, [](const auto& entry) { return entry.second.factory.expired(); });
    auto kept = std::make_shared<Kept>();
    by_factory[factory.get()] = Entry{factory, kept};
    return kept;
  }
};

TlsSessions::TlsSessions() : state_(std::make_unique<State>()) {}
TlsSessions::~TlsSessions() = default;

struct TlsClient::State {
  SslContextPtr context;
  std::string sni;
  std::shared_ptr<const void> identity = std::make_shared<char>();  // whose sessions are whose
};

TlsClient::TlsClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsClient::~TlsClient() = default;

Result<std::shared_ptr<const TlsClient>, std::string> TlsClient::build(
    const TlsClientMaterial& material) {
  auto state = std::make_unique<State>();
  state->context.reset(SSL_CTX_new(TLS_client_method()));
  check(state->context != nullptr, "a TLS context can be made");
  SSL_CTX* const context = state->context.get();
  set_common_options(context);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_new_session);
  if (auto done = trust(context, material); !done) return Fail<std::string>(done.error());
  if (auto done = verify(context, *material.tls); !done) return Fail<std::string>(done.error());
  if (auto done = present(context, material.client_key_pair); !done) {
    return Fail<std::string>(done.error());
  }
  // RFC 6066 §3: addresses are no names.
  const auto& names = material.tls->server_names;
  if (!names.empty() && !IpAddress::parse(names.front())) state->sni = names.front();
  return std::shared_ptr<const TlsClient>(new TlsClient(std::move(state)));
}

ssl_st* TlsClient::open(TlsSessions& sessions) const {
  SSL* const tls = SSL_new(state_->context.get());
  check(tls != nullptr, "memory for a TLS object can be had");
  SSL_set_connect_state(tls);
  if (!state_->sni.empty()) SSL_set_tlsext_host_name(tls, state_->sni.c_str());
  auto kept = sessions.state().of(state_->identity);
  resume(tls, *kept);
  mark_sessions(tls, std::move(kept));
  return tls;
}

}  // namespace postern::net
