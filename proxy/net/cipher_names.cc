#include "proxy/net/cipher_names.h"

#include <openssl/err.h>

#include "common/base/check.h"
#include "proxy/net/openssl_types.h"

namespace postern::net {

namespace {

// Knows every suite of this OpenSSL, the bad ones included, to tell "unknown" from "refused".
SslContextPtr all_suites() {
  SslContextPtr context(SSL_CTX_new(TLS_method()));
  check(context != nullptr, "a TLS context can be made");
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
  SSL_CTX_set_ciphersuites(context.get(),
                           "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                           "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"
                           "TLS_AES_128_CCM_8_SHA256");
  return context;
}

const SSL_CIPHER* find_suite(const std::string& name) {
  static const SslContextPtr context = all_suites();
  const STACK_OF(SSL_CIPHER)* const all = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    const SSL_CIPHER* const suite = sk_SSL_CIPHER_value(all, i);
    const char* const iana = SSL_CIPHER_standard_name(suite);
    if (name == SSL_CIPHER_get_name(suite) || (iana && name == iana)) return suite;
  }
  return nullptr;
}

}  // namespace

Result<CipherSuite, std::string> cipher_suite_named(const std::string& name) {
  const SSL_CIPHER* const suite = find_suite(name);
  if (!suite) return Fail<std::string>("cipher suite unknown: " + name);
  if (SSL_CIPHER_get_bits(suite, nullptr) == 0) {
    return Fail<std::string>("a suite without encryption: " + name);
  }
  if (SSL_CIPHER_get_auth_nid(suite) == NID_auth_null) {
    return Fail<std::string>("a suite without authentication: " + name);
  }
  return CipherSuite{SSL_CIPHER_get_name(suite),
                     std::string_view(SSL_CIPHER_get_version(suite)) == "TLSv1.3"};
}

std::optional<std::string> group_named(const std::string& name) {
  const SslContextPtr context(SSL_CTX_new(TLS_method()));
  const bool known = SSL_CTX_set1_groups_list(context.get(), name.c_str()) == 1;
  ERR_clear_error();
  if (!known) return std::nullopt;
  return name;
}

}  // namespace postern::net
