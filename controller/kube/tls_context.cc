#include "controller/kube/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

namespace postern::kube {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

Bio bio_of(ByteView octets) {
  return Bio(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
}

// Nobody can type a passphrase here, and OpenSSL must not ask at the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

bool end_of_pem() {
  const bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return end;
}

// All of them or none: a bundle that breaks off in its middle is a mistake.
bool trust(SSL_CTX* context, ByteView pem) {
  const Bio bio = bio_of(pem);
  std::size_t count = 0;
  for (;; ++count) {
    const Certificate one(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!one) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get()) != 1) return false;
  }
  // Whom we were given is believed, also when somebody else vouches for him (as Go's clients do).
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  return end_of_pem() && count > 0;
}

bool show_chain(SSL_CTX* context, ByteView pem) {
  const Bio bio = bio_of(pem);
  const Certificate first(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
  if (!first || SSL_CTX_use_certificate(context, first.get()) != 1) return false;
  for (;;) {
    Certificate next(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (!next) return end_of_pem();
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return false;
  }
}

bool show_key(SSL_CTX* context, ByteView pem) {
  const Bio bio = bio_of(pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

// The sentence says what is wrong, never what was in it.
const char* fill(SSL_CTX* context, const TlsMaterial& material) {
  constexpr std::array<unsigned char, 9> kHttp{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) return "TLS 1.2 is not there";
  if (SSL_CTX_set_alpn_protos(context, kHttp.data(), kHttp.size()) != 0) return "ALPN failed";
  SSL_CTX_set_verify(context, material.unverified ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (material.authorities_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) return "the system has no authorities";
  } else if (!trust(context, material.authorities_pem)) {
    return "the authorities are no PEM certificates";
  }
  if (material.certificate_pem.empty() && material.key_pem.empty()) return nullptr;
  if (!show_chain(context, material.certificate_pem)) return "the client certificate is no PEM";
  if (!show_key(context, material.key_pem)) {
    return "the key of the client certificate is no PEM without a passphrase, or of another one";
  }
  return nullptr;
}

}  // namespace

Result<TlsContext, std::string> make_tls_context(const TlsMaterial& material) {
  TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return Fail<std::string>("no TLS context could be made");
  const char* const wrong = fill(context.get(), material);
  ERR_clear_error();
  if (wrong) return Fail<std::string>(wrong);
  return context;
}

}  // namespace postern::kube
