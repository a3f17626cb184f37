// The messages of SASL mechanisms, decoded from base64 already: their form, and nothing of what is
// acceptable in them. Views point into the octets that were given. Called by sasl.cc.
// RFC 4616 §2 (PLAIN), RFC 2195 §2 (CRAM-MD5), RFC 7628 §3.1 (OAUTHBEARER).
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "proxy/grammar/parse.h"

namespace postern::grammar::sasl_message {

struct Plain {
  ByteView authzid;
  ByteView name;
  ByteView password;
};
struct CramMd5 {
  ByteView name;
  ByteView digest;  // 32 hexadecimal digits of either case
};
struct Bearer {
  std::string name;
  ByteView token;
};

// A third NUL is Malformed: a password is never cut at one (security IN6).
[[nodiscard]] Result<Plain, Malformed> parse_plain(ByteView message);
// Split at the last space, for a name may have spaces and a digest has none.
[[nodiscard]] Result<CramMd5, Malformed> parse_cram_md5(ByteView message);
[[nodiscard]] Result<Bearer, Malformed> parse_xoauth2(ByteView message);
[[nodiscard]] Result<Bearer, Malformed> parse_oauthbearer(ByteView message);

}  // namespace postern::grammar::sasl_message
