// What a handshake learnt of the client's certificate: whether it can be believed, what is in it,
// and the login name that it carries. Of a resumed session it is what the first handshake found.
// Thread: whoever has the connection.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"
#include "common/config/client_certificates.h"

struct ssl_st;
struct x509_st;

namespace postern::net {

enum class CertificateVerdict : std::uint8_t {
  NotAsked,  // no TLS, or the tenant wants none
  None,      // asked for, and none was shown
  Verified,
  Failed,  // shown; only where that is allowed
};
[[nodiscard]] CertificateVerdict certificate_verdict(const ssl_st* tls);

// Texts in nginx's forms, all printable; empty without a certificate.
struct ClientCertificate {
  CertificateVerdict verdict = CertificateVerdict::NotAsked;
  std::string failure;      // OpenSSL's words
  std::string subject;      // RFC 2253
  std::string issuer;       // RFC 2253
  std::string serial;       // hexadecimal, upper case
  std::string fingerprint;  // SHA-1, hexadecimal, lower case
};
[[nodiscard]] ClientCertificate client_certificate(const ssl_st* tls);
// The certificate itself; empty: none was shown.
[[nodiscard]] std::string certificate_pem(const ssl_st* tls);

enum class CertificateNameFault : std::uint8_t {
  NotVerified,  // there is no certificate that could be believed
  Missing,      // it has no name of that kind
  Unusable,     // empty, or with NUL or other control octets
};
[[nodiscard]] Result<std::string, CertificateNameFault> name_in_certificate(
    const ssl_st* tls, config::CertificateName kind);

// By the clock of the machine; null has not.
[[nodiscard]] bool has_expired(const x509_st* certificate);

}  // namespace postern::net
