#include "common/identity/pair.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace postern::identity {

namespace {

constexpr int kLeastRsaBits = 2048;
// What OpenSSL calls level 2 (112 bits), for each certificate of the chain; Debian's gRPC asks it.
constexpr int kSecurityLevel = 2;

struct FreeVerify {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

struct Read {
  std::vector<Certificate> authorities;
  std::vector<Certificate> chain;
  Key key;
  [[nodiscard]] X509* own() const { return chain.front().get(); }
};

using Found = std::optional<PairProblem>;

Found unreadable(const PairText& text, Read& read) {
  read.authorities = read_certificates(text.authorities);
  if (read.authorities.empty()) {
    return PairProblem{PairFailure::Unreadable, "ca.crt holds no certificates in PEM"};
  }
  read.chain = read_certificates(text.chain);
  if (read.chain.empty()) {
    return PairProblem{PairFailure::Unreadable, "tls.crt holds no certificates in PEM"};
  }
  read.key = read_key(text.key);
  if (!read.key) {
    return PairProblem{PairFailure::Unreadable,
                       "tls.key is not a private key in PEM without a passphrase"};
  }
  return std::nullopt;
}

Found bad_key(const Read& read) {
  const bool fits = X509_check_private_key(read.own(), read.key.get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return PairProblem{PairFailure::KeyMismatch,
                       "tls.key does not belong to the first certificate of tls.crt"};
  }
  const int bits = EVP_PKEY_get_bits(read.key.get());
  if (EVP_PKEY_is_a(read.key.get(), "RSA") == 1 && bits < kLeastRsaBits) {
    return PairProblem{
        PairFailure::WeakKey,
        fmt::format("the RSA key has {} bits: {} are the least", bits, kLeastRsaBits)};
  }
  return std::nullopt;
}

Found bad_dates(const Validity& valid, WallTime now) {
  if (now < valid.begins) {
    return PairProblem{PairFailure::NotYetValid,
                       "the certificate is not valid before " + date_text(valid.begins)};
  }
  if (now >= valid.ends) {
    return PairProblem{PairFailure::Expired, "the certificate expired at " + date_text(valid.ends)};
  }
  return std::nullopt;
}

Found bad_identity(const Read& read, const Identity& wanted) {
  const auto who = identity_of(read.own());
  if (!who) return PairProblem{PairFailure::WrongIdentity, "the certificate: " + who.error()};
  if (*who == wanted) return std::nullopt;
  return PairProblem{
      PairFailure::WrongIdentity,
      fmt::format("the certificate is for {}, not for {}", uri_of(*who), uri_of(wanted))};
}

PairProblem refusal(X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  const bool above = X509_STORE_CTX_get_error_depth(context) > 0;
  if (error == X509_V_ERR_CERT_HAS_EXPIRED && above) {
    return {PairFailure::Expired, "the authority that signed the certificate has expired"};
  }
  if (error == X509_V_ERR_EE_KEY_TOO_SMALL || error == X509_V_ERR_CA_KEY_TOO_SMALL ||
      error == X509_V_ERR_CA_MD_TOO_WEAK) {
    return {PairFailure::WeakKey, fmt::format("a key or hash of the chain is too weak: {}",
                                              X509_verify_cert_error_string(error))};
  }
  return {PairFailure::NotTrusted, fmt::format("the certificate is not signed by ca.crt: {}",
                                               X509_verify_cert_error_string(error))};
}

// As the other end of the handshake will do it, with the same authorities.
Found not_trusted(const Read& read, Role role, WallTime now) {
  const std::unique_ptr<X509_STORE, FreeVerify> store(X509_STORE_new());
  for (const Certificate& authority : read.authorities) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  const std::unique_ptr<STACK_OF(X509), FreeVerify> between(sk_X509_new_null());
  for (const Certificate& certificate : read.chain) {
    sk_X509_push(between.get(), certificate.get());
  }
  const std::unique_ptr<X509_STORE_CTX, FreeVerify> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), read.own(), between.get());
  X509_VERIFY_PARAM* const how = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(how, std::chrono::system_clock::to_time_t(now));
  X509_VERIFY_PARAM_set_auth_level(how, kSecurityLevel);
  X509_VERIFY_PARAM_set_purpose(
      how, role == Role::Controller ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT);
  const bool trusted = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (trusted) return std::nullopt;
  return refusal(context.get());
}

}  // namespace

std::string_view word_of(PairFailure failure) {
  switch (failure) {
    case PairFailure::Unreadable: return "unreadable";
    case PairFailure::KeyMismatch: return "key_mismatch";
    case PairFailure::WeakKey: return "weak_key";
    case PairFailure::NotYetValid: return "not_yet_valid";
    case PairFailure::Expired: return "expired";
    case PairFailure::WrongIdentity: return "wrong_identity";
    case PairFailure::NotTrusted: return "not_trusted";
  }
  return "";
}

Result<Validity, PairProblem> check_pair(const PairText& text, const Identity& wanted,
                                         WallTime now) {
  Read read;
  Found problem = unreadable(text, read);
  if (problem) return Fail<PairProblem>(*std::move(problem));
  const Validity valid = validity_of(read.own());
  problem = bad_key(read);
  if (!problem) problem = bad_dates(valid, now);
  if (!problem) problem = bad_identity(read, wanted);
  if (!problem) problem = not_trusted(read, wanted.role, now);
  if (problem) return Fail<PairProblem>(*std::move(problem));
  return valid;
}

Result<Identity, std::string> identity_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeVerify> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> uris;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<std::size_t>(ASN1_STRING_length(uri)));
  }
  // Two names would be a choice, and whoever signs one would not know which is taken.
  if (uris.size() != 1) {
    return Fail<std::string>(fmt::format("it has {} URI names, and exactly one says who it is",
                                         uris.empty() ? "no" : std::to_string(uris.size())));
  }
  return read_uri(uris.front());
}

}  // namespace postern::identity
