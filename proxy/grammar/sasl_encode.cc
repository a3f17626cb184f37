#include <initializer_list>

#include "common/base/check.h"
#include "proxy/grammar/base64.h"
#include "proxy/grammar/sasl.h"

namespace postern::grammar {

namespace {

constexpr ByteView kNul{"\0", 1};

// Joined in memory that is wiped.
Secret encode_joined(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Buffer joined(size);
  for (const ByteView part : parts) check(joined.append(part), "the parts fit their own sum");
  return base64::encode_secret(joined.view());
}

// RFC 5801 §4: comma and equals sign of a name are written as "=2C" and "=3D".
std::string encode_saslname(ByteView name) {
  std::string out;
  for (const char c : name) {
    if (c == ',') {
      out.append("=2C");
    } else if (c == '=') {
      out.append("=3D");
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

Secret encode_plain(ByteView authzid, ByteView name, ByteView password) {
  return encode_joined({authzid, kNul, name, kNul, password});
}

Secret encode_login_answer(ByteView name_or_password) {
  return base64::encode_secret(name_or_password);
}

Secret encode_xoauth2(ByteView name, ByteView token) {
  return encode_joined({"user=", name, "\x01", "auth=Bearer ", token, "\x01\x01"});
}

Secret encode_oauthbearer(ByteView name, ByteView token) {
  const std::string saslname = encode_saslname(name);
  return encode_joined({"n,a=", saslname, ",\x01", "auth=Bearer ", token, "\x01\x01"});
}

Secret encode_external(ByteView authzid) { return base64::encode_secret(authzid); }

}  // namespace postern::grammar
