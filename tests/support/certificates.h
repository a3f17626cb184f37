// Certificates made while a test runs: an authority, leaves it signs, and their PEM.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/config/secret_material.h"

namespace postern::test {

enum class KeyKind { Ec, Rsa, WeakRsa };

class Pkey {
 public:
  explicit Pkey(KeyKind kind)
      : key_(kind == KeyKind::Ec ? EVP_EC_gen("P-256")
                                 : EVP_RSA_gen(kind == KeyKind::Rsa ? 2048U : 1024U),
             EVP_PKEY_free) {
    if (!key_) throw std::runtime_error("no key");
  }
  [[nodiscard]] EVP_PKEY* get() const { return key_.get(); }
  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return text(bio.get());
  }
  static std::string text(BIO* bio) {
    char* octets = nullptr;
    const long length = BIO_get_mem_data(bio, &octets);
    return {octets, static_cast<std::size_t>(length)};
  }

 private:
  std::shared_ptr<EVP_PKEY> key_;
};

struct Leaf {
  std::vector<std::string> dns_names{};
  KeyKind kind = KeyKind::Ec;
  long begins_in_seconds = -3600;
  long ends_in_seconds = 86'400;
  std::string common_name{};   // empty: the first DNS name
  std::string alternatives{};  // "email:a@b.example,URI:spiffe://b", in place of DNS names
};

class Certificate {
 public:
  Certificate() : x509_(X509_new(), X509_free) {}
  [[nodiscard]] X509* get() const { return x509_.get(); }
  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509(bio.get(), x509_.get());
    return Pkey::text(bio.get());
  }

 private:
  std::shared_ptr<X509> x509_;
};

inline void add_extension(X509* to, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (!extension) throw std::runtime_error("bad extension " + value);
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

inline void name_and_date(X509* certificate, const Leaf& leaf, const std::string& common_name) {
  static long serial = 1;
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), leaf.begins_in_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), leaf.ends_in_seconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
}

// An authority. A leaf signed by it has the chain leaf + authority.
class Authority {
 public:
  explicit Authority(const std::string& name = "Test Authority") : key_(KeyKind::Ec) {
    X509* const own = certificate_.get();
    name_and_date(own, Leaf{}, name);
    X509_set_issuer_name(own, X509_get_subject_name(own));
    X509_set_pubkey(own, key_.get());
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(own, own, NID_subject_key_identifier, "hash");
    X509_sign(own, key_.get(), EVP_sha256());
  }

  [[nodiscard]] config::KeyPair issue(const Leaf& leaf) const {
    const Pkey key(leaf.kind);
    const Certificate certificate = sign(leaf, key);
    return {certificate.pem() + certificate_.pem(), SharedSecret(key.pem()), leaf.dns_names, 0};
  }
  [[nodiscard]] config::KeyPair issue(std::vector<std::string> names,
                                      KeyKind kind = KeyKind::Ec) const {
    Leaf leaf;
    leaf.dns_names = std::move(names);
    leaf.kind = kind;
    return issue(leaf);
  }
  [[nodiscard]] config::TrustBundle bundle() const { return {certificate_.pem()}; }
  // A list of these; it is good for `seconds`.
  [[nodiscard]] std::string revoke(const std::vector<config::KeyPair>& pairs,
                                   long seconds = 3600) const {
    const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list(X509_CRL_new(), X509_CRL_free);
    X509_CRL_set_version(list.get(), 1);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> time(
        X509_gmtime_adj(nullptr, -7200), ASN1_TIME_free);
    X509_CRL_set1_lastUpdate(list.get(), time.get());
    for (const config::KeyPair& pair : pairs) revoke(list.get(), pair, time.get());
    X509_gmtime_adj(time.get(), seconds);
    X509_CRL_set1_nextUpdate(list.get(), time.get());
    X509_CRL_sort(list.get());
    X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509_CRL(bio.get(), list.get());
    return Pkey::text(bio.get());
  }

 private:
  static void revoke(X509_CRL* list, const config::KeyPair& pair, const ASN1_TIME* time) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
        BIO_new_mem_buf(pair.chain_pem.text().data(),
                        static_cast<int>(pair.chain_pem.text().size())),
        BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> leaf(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(leaf.get()));
    X509_REVOKED_set_revocationDate(entry, const_cast<ASN1_TIME*>(time));
    X509_CRL_add0_revoked(list, entry);
  }
  [[nodiscard]] Certificate sign(const Leaf& leaf, const Pkey& key) const {
    Certificate certificate;
    X509* const x509 = certificate.get();
    const std::string first = leaf.dns_names.empty() ? "leaf" : leaf.dns_names.front();
    name_and_date(x509, leaf, leaf.common_name.empty() ? first : leaf.common_name);
    X509_set_issuer_name(x509, X509_get_subject_name(certificate_.get()));
    X509_set_pubkey(x509, key.get());
    add_extension(x509, certificate_.get(), NID_basic_constraints, "CA:FALSE");
    if (!leaf.alternatives.empty()) {
      add_extension(x509, certificate_.get(), NID_subject_alt_name, leaf.alternatives);
    } else if (!leaf.dns_names.empty()) {
      std::string names;
      for (const std::string& name : leaf.dns_names) {
        names += (names.empty() ? "DNS:" : ",DNS:") + name;
      }
      add_extension(x509, certificate_.get(), NID_subject_alt_name, names);
    }
    X509_sign(x509, key_.get(), EVP_sha256());
    return certificate;
  }

  Pkey key_;
  Certificate certificate_;
};

// Nobody's but its own.
inline config::KeyPair self_signed(const std::string& name) {
  const Pkey key(KeyKind::Ec);
  Certificate certificate;
  Leaf leaf;
  leaf.dns_names = {name};
  name_and_date(certificate.get(), leaf, name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  X509_set_pubkey(certificate.get(), key.get());
  add_extension(certificate.get(), certificate.get(), NID_subject_alt_name, "DNS:" + name);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  return {certificate.pem(), SharedSecret(key.pem()), {name}, 0};
}

}  // namespace postern::test
