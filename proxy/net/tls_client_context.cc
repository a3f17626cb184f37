#include "proxy/net/tls_client_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "proxy/net/pem.h"
#include "proxy/net/tls_marks.h"
#include "proxy/net/tls_policy.h"
#include "proxy/net/tls_session_keeper.h"

namespace postern::net {

namespace {

using Outcome = Result<void, std::string>;

// Where nothing of a backend's own is trusted besides. Loaded once; a missing system store is no
// error here: the handshake will say whom it could not verify.
X509_STORE* system_store() {
  static const X509StorePtr store = [] {
    X509StorePtr fresh(X509_STORE_new());
    check(fresh != nullptr, "memory for a store of certificates can be had");
    X509_STORE_set_default_paths(fresh.get());
    ERR_clear_error();
    return fresh;
  }();
  return store.get();
}

void add_system_authorities(X509_STORE* store) {
  STACK_OF(X509_OBJECT)* const all = X509_STORE_get0_objects(system_store());
  for (int i = 0; i < sk_X509_OBJECT_num(all); ++i) {
    X509* const one = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
    if (one != nullptr) X509_STORE_add_cert(store, one);
  }
}

Outcome trust(SSL_CTX* context, const TlsClientMaterial& material) {
  if (material.trust.empty()) {
    if (material.tls->system_trust) SSL_CTX_set1_cert_store(context, system_store());
    return {};
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  if (material.tls->system_trust) add_system_authorities(store);
  for (const config::TrustBundle* const bundle : material.trust) {
    const auto certificates = read_certificates(bundle->ca_pem);
    if (!certificates) return Fail<std::string>("trust bundle: " + certificates.error());
    for (const X509Ptr& one : *certificates) X509_STORE_add_cert(store, one.get());
  }
  ERR_clear_error();
  return {};
}

void verify(SSL_CTX* context, config::Verification verification) {
  if (verification == config::Verification::None) {
    return SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* const rules = SSL_CTX_get0_param(context);
  // Who is written in a bundle is trusted, root or not.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
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

// All that decides what is in a context.
Sha256 identity_of(const TlsClientMaterial& material) {
  std::string all = fmt::format("{} {}\n", static_cast<int>(material.tls->verification),
                                material.tls->system_trust);
  for (const config::TrustBundle* const bundle : material.trust) {
    all += fmt::format("{}\n", bundle->ca_pem.size()) + bundle->ca_pem;
  }
  if (material.client_key_pair != nullptr) {
    const config::KeyPair& pair = *material.client_key_pair;
    all += fmt::format("{}\n{}{}", pair.chain_pem.size(), pair.chain_pem,
                       hex(sha256(pair.key_pem.reveal())));
  }
  return sha256(all);
}

Result<std::shared_ptr<const ClientContext>, std::string> make_context(
    const TlsClientMaterial& material) {
  auto made = std::make_shared<ClientContext>();
  made->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = made->context.get();
  check(context != nullptr, "a TLS context can be made");
  set_common_options(context);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_session);
  if (auto done = trust(context, material); !done) return Fail<std::string>(done.error());
  verify(context, material.tls->verification);
  if (auto done = present(context, material.client_key_pair); !done) {
    return Fail<std::string>(done.error());
  }
  return made;
}

}  // namespace

Result<std::shared_ptr<const ClientContext>, std::string> client_context(
    const TlsClientMaterial& material) {
  static std::mutex lock;
  static std::map<Sha256, std::weak_ptr<const ClientContext>> known;
  const Sha256 id = identity_of(material);
  const std::lock_guard held(lock);
  if (const auto found = known.find(id); found != known.end()) {
    if (auto shared = found->second.lock()) return shared;
  }
  auto made = make_context(material);
  if (!made) return made;
  std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
  known[id] = *made;
  return made;
}

}  // namespace postern::net
