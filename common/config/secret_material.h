// What a Secret or ConfigMap gives a proxy: a key pair, authorities to trust or what they have
// revoked, or a text.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/secret.h"

namespace postern::config {

struct KeyPair {
  std::string chain_pem;  // leaf first
  SharedSecret key_pem;
  std::vector<std::string> dns_names;  // of the leaf, lower case, sorted
  std::int64_t not_after_unix_s = 0;
  friend bool operator==(const KeyPair&, const KeyPair&) = default;
};

struct TrustBundle {
  std::string ca_pem;  // certificates, or revocation lists where such a thing is named
  friend bool operator==(const TrustBundle&, const TrustBundle&) = default;
};

// The value of one key: a header that an auth service wants to see.
struct SecretText {
  SharedSecret text;
  friend bool operator==(const SecretText&, const SecretText&) = default;
};

using SecretMaterial = std::variant<KeyPair, TrustBundle, SecretText>;

}  // namespace postern::config
