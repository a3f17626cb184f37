// Makes keys and certificates: an authority of a class, and the leaves that it signs. ECDSA P-256.
// Writes no files. Library errors in making a key end the process: OpenSSL itself is broken then.
// Any thread.
#pragma once

#include <chrono>
#include <string>

#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/identity/identity.h"
#include "common/identity/pem.h"

namespace postern::identity {

struct Minted {
  std::string certificate;  // PEM
  Secret key;               // PEM
};

struct Signer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

// Certificates begin this long ago: clocks of two machines differ.
inline constexpr std::chrono::minutes kClockSkew{10};

[[nodiscard]] std::string authority_name(const std::string& ingress_class);
[[nodiscard]] Minted mint_authority(const std::string& ingress_class, const Validity& valid);
// A controller's is good for TLS servers only, a proxy's for TLS clients only.
[[nodiscard]] Result<Minted, std::string> mint_leaf(const Signer& signer, const Identity& who,
                                                    const Validity& valid);

}  // namespace postern::identity
