#include "proxy/net/tls_client_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "proxy/net/pair_glance.h"
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

// Into a store of its own comes only what a handshake asks for: a copy of all would take 3 ms of
// each change. The manual, X509_LOOKUP_meth_new(3): what is found goes into the asking store, and
// one reference of two is given back.
int find_in_system_store(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
                         X509_OBJECT* found) {
  if (type != X509_LU_X509) return 0;
  const X509StoreCtxPtr search(X509_STORE_CTX_new());
  if (!search || X509_STORE_CTX_init(search.get(), system_store(), nullptr, nullptr) != 1) return 0;
  const ChainPtr all(X509_STORE_CTX_get1_certs(search.get(), name));
  if (!all || sk_X509_num(all.get()) == 0) return 0;
  for (int i = 0; i < sk_X509_num(all.get()); ++i) {
    const int added =
        X509_STORE_add_cert(X509_LOOKUP_get_store(lookup), sk_X509_value(all.get(), i));
    if (added != 1) return 0;
  }
  X509* const first = sk_X509_value(all.get(), 0);
  if (X509_OBJECT_set1_X509(found, first) != 1) return 0;
  X509_free(first);
  return 1;
}

void ask_system_store(X509_STORE* store) {
  static X509_LOOKUP_METHOD* const method = [] {
    X509_LOOKUP_METHOD* const made = X509_LOOKUP_meth_new("authorities of the system");
    check(made != nullptr, "memory for a way to look up certificates can be had");
    X509_LOOKUP_meth_set_get_by_subject(made, find_in_system_store);
    return made;
  }();
  check(X509_STORE_add_lookup(store, method) != nullptr, "a store takes a way to look up");
}

Outcome trust(SSL_CTX* context, const TlsClientMaterial& material) {
  if (material.trust.empty()) {
    if (material.tls->system_trust) SSL_CTX_set1_cert_store(context, system_store());
    return {};
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  if (material.tls->system_trust) ask_system_store(store);
  for (const config::TrustBundle* const bundle : material.trust) {
    const auto certificates = read_certificates(bundle->ca_pem.text());
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
  const auto facts = read_pair_in_full(*pair);
  if (!facts) return Fail<std::string>("client certificate: " + facts.error());
  const auto loaded = load_pair(*pair, facts->key_type);
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
    all += fmt::format("{}\n{}", bundle->ca_pem.text().size(), bundle->ca_pem.text());
  }
  if (material.client_key_pair != nullptr) {
    const config::KeyPair& pair = *material.client_key_pair;
    all += fmt::format("{}\n{}{}", pair.chain_pem.text().size(), pair.chain_pem.text(),
                       hex(sha256(pair.key_pem.reveal())));
  }
  return sha256(all);
}

Result<SslContextPtr, std::string> make_context(const TlsClientMaterial& material) {
  SslContextPtr made(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = made.get();
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

// The authorities of the system alone are one context for everybody, and are read at once.
bool can_wait(const TlsClientMaterial& material) {
  return !material.trust.empty() && material.client_key_pair == nullptr &&
         std::ranges::all_of(material.trust, [](const config::TrustBundle* bundle) {
           return look_like_certificates(bundle->ca_pem.text());
         });
}

ClientContext::Make later(const TlsClientMaterial& material) {
  std::vector<config::TrustBundle> bundles;
  for (const config::TrustBundle* const bundle : material.trust) bundles.push_back(*bundle);
  return [tls = *material.tls, bundles = std::move(bundles)] {
    TlsClientMaterial again{&tls, {}, nullptr};
    for (const config::TrustBundle& bundle : bundles) again.trust.push_back(&bundle);
    if (auto made = make_context(again)) return std::move(*made);
    config::BackendTls nobody = tls;
    nobody.system_trust = false;
    return make_context({&nobody, {}, nullptr}).value();
  };
}

Result<std::shared_ptr<const ClientContext>, std::string> now_or_later(
    const TlsClientMaterial& material) {
  if (can_wait(material)) return std::make_shared<const ClientContext>(later(material));
  auto made = make_context(material);
  if (!made) return Fail<std::string>(made.error());
  return std::make_shared<const ClientContext>(std::move(*made));
}

}  // namespace

SSL_CTX* ClientContext::get() const {
  std::call_once(once_, [this] {
    if (later_) context_ = std::exchange(later_, nullptr)();
  });
  return context_.get();
}

Result<std::shared_ptr<const ClientContext>, std::string> client_context(
    const TlsClientMaterial& material) {
  static std::mutex lock;
  static std::map<Sha256, std::weak_ptr<const ClientContext>> known;
  static std::size_t sweep_at = 64;
  const Sha256 id = identity_of(material);
  const std::lock_guard held(lock);
  if (const auto found = known.find(id); found != known.end()) {
    if (auto shared = found->second.lock()) return shared;
  }
  auto made = now_or_later(material);
  if (!made) return made;
  known[id] = *made;
  if (known.size() > sweep_at) {
    std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
    sweep_at = 2 * known.size() + 64;
  }
  return made;
}

}  // namespace postern::net
