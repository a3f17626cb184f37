// Pem: certificates and keys as they lie in a Secret, read into values. Control thread.
#pragma once

#include <ctime>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/config/secret_material.h"
#include "proxy/net/openssl_types.h"

namespace postern::net {

// Every certificate of a PEM text, in order; an error when there is none or one cannot be read.
[[nodiscard]] Result<std::vector<X509Ptr>, std::string> read_certificates(ByteView pem);

// Every revocation list of a PEM text, likewise.
[[nodiscard]] Result<std::vector<CrlPtr>, std::string> read_revocations(ByteView pem);

// A key pair as DER: what a handshake needs can be made of it without PEM's decoders, which are two
// to three times slower.
struct PairDer {
  std::vector<std::string> chain;      // leaf first
  SharedSecret key;                    // in OpenSSL's form for its type
  int key_type = 0;                    // EVP_PKEY_EC, EVP_PKEY_RSA, …
  int strength = 0;                    // security bits of the weaker of key and leaf
  std::vector<std::string> dns_names;  // of the leaf, lower case
  std::time_t begins = 0;              // of the leaf: not valid before
};
[[nodiscard]] Result<PairDer, std::string> read_pair(const config::KeyPair& pair);

struct LoadedPair {
  X509Ptr leaf;
  ChainPtr chain;  // without the leaf
  PkeyPtr key;
};
// Nothing only when memory is short: read_pair() has read the same octets before.
[[nodiscard]] std::unique_ptr<const LoadedPair> load_pair(const PairDer& der);

}  // namespace postern::net
