// What a Secret or ConfigMap gives a proxy: a key pair, authorities to trust or what they have
// revoked, a text, or a name with its password.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "common/base/name_list.h"
#include "common/base/secret.h"
#include "common/base/shared_text.h"

namespace postern::config {

struct KeyPair {
  SharedText chain_pem;  // leaf first
  SharedSecret key_pem;
  NameList dns_names;  // of the leaf, lower case, sorted
  std::int64_t not_after_unix_s = 0;
  friend bool operator==(const KeyPair&, const KeyPair&) = default;
};

struct TrustBundle {
  SharedText ca_pem;  // certificates, or revocation lists where such a thing is named
  friend bool operator==(const TrustBundle&, const TrustBundle&) = default;
};

// The value of one key: a header that an auth service wants to see.
struct SecretText {
  SharedSecret text;
  friend bool operator==(const SecretText&, const SecretText&) = default;
};

// Of a user of the proxy's own: the master at a backend.
struct Credentials {
  std::string user;
  SharedSecret password;
  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// Of one MailServer's own ticket keys, in a row, each of kTicketMasterOctets: the first seals, all
// open. Never in a file.
struct OwnTicketKeys {
  SharedSecret masters;
  friend bool operator==(const OwnTicketKeys&, const OwnTicketKeys&) = default;
};

using SecretMaterial = std::variant<KeyPair, TrustBundle, SecretText, Credentials, OwnTicketKeys>;

}  // namespace postern::config
