// Certificates and keys between PEM and OpenSSL, and who owns what of it.
// Knows nothing of identities. Any thread; OpenSSL's error queue is left empty.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/secret.h"

namespace postern::identity {

struct FreeOpenssl {
  void operator()(BIO* bio) const;
  void operator()(X509* certificate) const;
  void operator()(EVP_PKEY* key) const;
};
using Bio = std::unique_ptr<BIO, FreeOpenssl>;
using Certificate = std::unique_ptr<X509, FreeOpenssl>;
using Key = std::unique_ptr<EVP_PKEY, FreeOpenssl>;

// More authorities, or a longer chain, are a mistake.
inline constexpr std::size_t kMostCertificates = 32;

// Empty when there is none, when there are more, or when something in it is no certificate.
// Comments between are fine.
[[nodiscard]] std::vector<Certificate> read_certificates(ByteView pem);
// Null when it is no private key, or an encrypted one: nobody can type a passphrase.
[[nodiscard]] Key read_key(ByteView pem);

[[nodiscard]] std::string pem_of(X509* certificate);
[[nodiscard]] Secret pem_of(EVP_PKEY* key);

struct Validity {
  WallTime begins;
  WallTime ends;
};
[[nodiscard]] Validity validity_of(const X509* certificate);
// "2026-11-21T17:00:00Z"
[[nodiscard]] std::string date_text(WallTime time);

}  // namespace postern::identity
