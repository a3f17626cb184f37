// Pem: certificates and keys as they lie in a Secret, read into values. Control thread.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "common/base/name_list.h"
#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/config/secret_material.h"
#include "proxy/net/openssl_types.h"

namespace postern::net {

// Every certificate of a PEM text, in order; an error when there is none or one cannot be read.
[[nodiscard]] Result<std::vector<X509Ptr>, std::string> read_certificates(ByteView pem);

// Every revocation list of a PEM text, likewise.
[[nodiscard]] Result<std::vector<CrlPtr>, std::string> read_revocations(ByteView pem);

// What is known of a key pair before it is loaded.
struct PairFacts {
  int key_type = 0;                        // EVP_PKEY_EC, EVP_PKEY_RSA, …
  std::array<std::uint16_t, 3> schemes{};  // that it signs by in TLS 1.3 (RFC 8446 §4.2.3); or 0
  int strength = 0;                        // security bits of the weaker of key and leaf, at least
  NameList dns_names;                      // of the leaf, lower case
  std::time_t begins = 0;                  // of the leaf: not valid before
};
// By a glance where that will do.
[[nodiscard]] Result<PairFacts, std::string> read_pair(const config::KeyPair& pair);
[[nodiscard]] Result<PairFacts, std::string> read_pair_in_full(const config::KeyPair& pair);

struct LoadedPair {
  X509Ptr leaf;
  ChainPtr chain;  // without the leaf
  PkeyPtr key;
};
// Without PEM's decoders of keys, which are two to three times slower. Nothing: OpenSSL does not
// take what it was made of, or memory is short.
[[nodiscard]] std::unique_ptr<const LoadedPair> load_pair(const config::KeyPair& pair,
                                                          int key_type);

}  // namespace postern::net
