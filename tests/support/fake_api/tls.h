// TLS of the fake API server: a certificate and a key in PEM, and authorities whose clients are let
// in by certificate.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace postern::test {

struct ApiTls {
  std::string chain_pem;  // empty: plain HTTP
  std::string key_pem;
  std::string client_authorities_pem;
};

class PemReader {
 public:
  explicit PemReader(const std::string& text)
      : bio_(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free) {}
  [[nodiscard]] std::shared_ptr<X509> certificate() {
    X509* const read = PEM_read_bio_X509(bio_.get(), nullptr, nullptr, nullptr);
    return read ? std::shared_ptr<X509>(read, X509_free) : nullptr;
  }
  [[nodiscard]] std::shared_ptr<EVP_PKEY> key() {
    return {PEM_read_bio_PrivateKey(bio_.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
  }

 private:
  std::unique_ptr<BIO, decltype(&BIO_free)> bio_;
};

inline std::shared_ptr<SSL_CTX> server_context(const ApiTls& tls) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_mode(context.get(), SSL_MODE_AUTO_RETRY);
  PemReader chain(tls.chain_pem);
  bool first = true;
  while (const auto certificate = chain.certificate()) {
    if (first) {
      SSL_CTX_use_certificate(context.get(), certificate.get());
    } else {
      SSL_CTX_add1_chain_cert(context.get(), certificate.get());
    }
    first = false;
  }
  if (first || SSL_CTX_use_PrivateKey(context.get(), PemReader(tls.key_pem).key().get()) != 1) {
    throw std::runtime_error("no good pair for the fake API server");
  }
  if (!tls.client_authorities_pem.empty()) {
    PemReader authorities(tls.client_authorities_pem);
    while (const auto authority = authorities.certificate()) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
      SSL_CTX_add_client_CA(context.get(), authority.get());
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const unsigned char words[] = "fake-api";
    SSL_CTX_set_session_id_context(context.get(), words, sizeof words - 1);
  }
  return context;
}

inline std::string common_name_of_peer(const SSL* tls) {
  const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(tls), X509_free);
  if (!peer || SSL_get_verify_result(tls) != X509_V_OK) return {};
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name, sizeof name);
  return name;
}

}  // namespace postern::test
