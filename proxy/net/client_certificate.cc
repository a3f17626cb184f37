#include "proxy/net/client_certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>
#include <optional>
#include <string_view>

#include "common/base/ascii.h"
#include "proxy/net/openssl_types.h"

namespace postern::net {

namespace {

using config::CertificateName;

using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;

template <class Print>
std::string printed(const Print& print) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio) return {};
  print(bio.get());
  char* octets = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &octets);
  ERR_clear_error();
  return length > 0 ? std::string(octets, static_cast<std::size_t>(length)) : std::string{};
}

std::string name_text(const X509_NAME* name) {
  return printed([&](BIO* bio) { X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253); });
}

std::string fingerprint_of(const X509* certificate) {
  static constexpr char kHex[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (X509_digest(certificate, EVP_sha1(), digest, &length) != 1) return {};
  std::string out;
  for (unsigned int i = 0; i < length; ++i) {
    out += kHex[digest[i] >> 4U];
    out += kHex[digest[i] & 15U];
  }
  return out;
}

// What was found when it was shown, and that its time is not over since.
long result_of(const SSL* tls, const X509* certificate) {
  const long found = SSL_get_verify_result(tls);
  if (found != X509_V_OK) return found;
  return has_expired(certificate) ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_OK;
}

std::string octets_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

int kind_number(CertificateName kind) {
  switch (kind) {
    case CertificateName::SanEmail: return GEN_EMAIL;
    case CertificateName::SanDns: return GEN_DNS;
    case CertificateName::SanUri: return GEN_URI;
    case CertificateName::SubjectCommonName: break;
  }
  return -1;
}

// The first of the kind, as its octets are: a NUL in it ends nothing (IN6).
std::optional<std::string> alternative_name(const X509* certificate, int kind) {
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == kind) return octets_of(name->d.ia5);
  }
  return std::nullopt;
}

std::optional<std::string> common_name(const X509* certificate) {
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return std::nullopt;
  unsigned char* octets = nullptr;
  const int length =
      ASN1_STRING_to_UTF8(&octets, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (length < 0) return std::string{};  // there, and in letters that nobody can read
  std::string out(reinterpret_cast<char*>(octets), static_cast<std::size_t>(length));
  OPENSSL_free(octets);
  return out;
}

}  // namespace

bool has_expired(const x509_st* certificate) {
  // 0 is an error: such a date is no date in the future.
  return certificate && X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0;
}

CertificateVerdict certificate_verdict(const ssl_st* tls) {
  if (!tls || SSL_get_verify_mode(tls) == SSL_VERIFY_NONE) return CertificateVerdict::NotAsked;
  const X509* const shown = SSL_get0_peer_certificate(tls);
  if (!shown) return CertificateVerdict::None;
  return result_of(tls, shown) == X509_V_OK ? CertificateVerdict::Verified
                                            : CertificateVerdict::Failed;
}

ClientCertificate client_certificate(const ssl_st* tls) {
  ClientCertificate out;
  out.verdict = certificate_verdict(tls);
  const bool is_shown =
      out.verdict == CertificateVerdict::Verified || out.verdict == CertificateVerdict::Failed;
  if (!is_shown) return out;
  const X509* const shown = SSL_get0_peer_certificate(tls);
  if (out.verdict == CertificateVerdict::Failed) {
    out.failure = X509_verify_cert_error_string(result_of(tls, shown));
  }
  out.subject = name_text(X509_get_subject_name(shown));
  out.issuer = name_text(X509_get_issuer_name(shown));
  out.serial = printed([&](BIO* bio) { i2a_ASN1_INTEGER(bio, X509_get0_serialNumber(shown)); });
  out.fingerprint = fingerprint_of(shown);
  return out;
}

std::string certificate_pem(const ssl_st* tls) {
  const X509* const shown = SSL_get0_peer_certificate(tls);
  if (!shown) return {};
  return printed([&](BIO* bio) { PEM_write_bio_X509(bio, shown); });
}

Result<std::string, CertificateNameFault> name_in_certificate(const ssl_st* tls,
                                                              config::CertificateName kind) {
  if (certificate_verdict(tls) != CertificateVerdict::Verified) {
    return Fail<CertificateNameFault>(CertificateNameFault::NotVerified);
  }
  const X509* const shown = SSL_get0_peer_certificate(tls);
  auto name = kind == CertificateName::SubjectCommonName
                  ? common_name(shown)
                  : alternative_name(shown, kind_number(kind));
  ERR_clear_error();
  if (!name) return Fail<CertificateNameFault>(CertificateNameFault::Missing);
  if (name->empty() || has_control(*name)) {
    return Fail<CertificateNameFault>(CertificateNameFault::Unusable);
  }
  return std::move(*name);
}

}  // namespace postern::net
