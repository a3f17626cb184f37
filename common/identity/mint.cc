#include "common/identity/mint.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include <fmt/format.h>

#include "common/base/check.h"
#include "common/base/digest.h"

namespace postern::identity {

namespace {

// RFC 5280 allows 64 octets in a common name; it is for people, the URI counts.
constexpr std::size_t kClassOctetsInName = 40;

Key fresh_key() {
  Key key(EVP_EC_gen("P-256"));
  check(key != nullptr, "a P-256 key can be made");
  return key;
}

// RFC 5280 §4.1.2.2: positive, at most 20 octets; random, so that none comes twice.
void set_serial(X509* certificate) {
  std::array<unsigned char, 20> octets{};
  random_octets(octets.data(), octets.size());
  octets[0] = static_cast<unsigned char>((octets[0] & 0x7F) | 0x40);
  BIGNUM* const number = BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr);
  check(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr,
        "a serial number can be set");
  BN_free(number);
}

std::string name_of(const std::string& ingress_class, std::string_view what) {
  return fmt::format("Postern {} {}", ingress_class.substr(0, kClassOctetsInName), what);
}

void set_name(X509* certificate, const std::string& name) {
  check(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                   0) == 1,
        "a name can be set");
}

void set_validity(X509* certificate, const Validity& valid) {
  using std::chrono::system_clock;
  ASN1_TIME_set(X509_getm_notBefore(certificate), system_clock::to_time_t(valid.begins));
  ASN1_TIME_set(X509_getm_notAfter(certificate), system_clock::to_time_t(valid.ends));
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  check(extension != nullptr, "an extension can be made");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate begin(EVP_PKEY* key, const Validity& valid) {
  Certificate certificate(X509_new());
  check(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
            X509_set_pubkey(certificate.get(), key) == 1,
        "a certificate can be begun");
  set_serial(certificate.get());
  set_validity(certificate.get(), valid);
  return certificate;
}

// Keys of the EdDSA family bring their own hash and refuse another.
bool sign(X509* certificate, EVP_PKEY* key) {
  bool done = X509_sign(certificate, key, EVP_sha256()) > 0;
  if (!done) done = X509_sign(certificate, key, nullptr) > 0;
  ERR_clear_error();
  return done;
}

}  // namespace

std::string authority_name(const std::string& ingress_class) {
  return name_of(ingress_class, "authority");
}

Minted mint_authority(const std::string& ingress_class, const Validity& valid) {
  const Key key = fresh_key();
  const Certificate certificate = begin(key.get(), valid);
  X509* const own = certificate.get();
  set_name(own, authority_name(ingress_class));
  X509_set_issuer_name(own, X509_get_subject_name(own));
  // It signs leaves and no further authorities.
  extend(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  extend(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  // Two authorities of a class have one name: the key's id tells them apart while both are trusted.
  extend(own, own, NID_subject_key_identifier, "hash");
  check(sign(own, key.get()), "an authority can sign itself");
  return {pem_of(own), pem_of(key.get())};
}

Result<Minted, std::string> mint_leaf(const Signer& signer, const Identity& who,
                                      const Validity& valid) {
  check(is_class_name(who.ingress_class), "a leaf is for a class that can be written in a URI");
  const Key key = fresh_key();
  const Certificate certificate = begin(key.get(), valid);
  X509* const own = certificate.get();
  set_name(own, name_of(who.ingress_class, word_of(who.role)));
  X509_set_issuer_name(own, X509_get_subject_name(signer.certificate));
  extend(own, signer.certificate, NID_basic_constraints, "critical,CA:FALSE");
  extend(own, signer.certificate, NID_key_usage, "critical,digitalSignature");
  extend(own, signer.certificate, NID_ext_key_usage,
         who.role == Role::Controller ? "serverAuth" : "clientAuth");
  extend(own, signer.certificate, NID_subject_alt_name, "URI:" + uri_of(who));
  extend(own, signer.certificate, NID_subject_key_identifier, "hash");
  if (X509_get0_subject_key_id(signer.certificate) != nullptr) {
    extend(own, signer.certificate, NID_authority_key_identifier, "keyid");
  }
  if (!sign(own, signer.key)) return Fail<std::string>("ca.key cannot sign certificates");
  return Minted{pem_of(own), pem_of(key.get())};
}

}  // namespace postern::identity
