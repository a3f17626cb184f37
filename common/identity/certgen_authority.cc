#include "common/identity/certgen_authority.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/identity/files.h"

namespace postern::identity {

namespace {

constexpr std::chrono::hours kAuthorityLife{24 * 3652};

std::string common_name(const X509* certificate) {
  std::array<char, 128> text{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                             text.data(), text.size());
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

// An authority of our making serves one class; another's making is the user's own affair.
bool of_another_class(const X509* certificate, const std::string& ingress_class) {
  const std::string name = common_name(certificate);
  return name.starts_with("Postern ") && name != authority_name(ingress_class);
}

bool fits(X509* certificate, EVP_PKEY* key) {
  const bool same = X509_check_private_key(certificate, key) == 1;
  ERR_clear_error();
  return same && X509_check_ca(certificate) > 0;
}

Authority make_anew(const std::string& ingress_class, WallTime now) {
  Authority out;
  out.made = mint_authority(ingress_class, {now - kClockSkew, now + kAuthorityLife});
  out.trusted = read_certificates(out.made.certificate);
  out.signing = std::move(read_certificates(out.made.certificate).front());
  out.key = read_key(out.made.key.reveal());
  return out;
}

}  // namespace

Result<Secret, std::string> read_if_there(const std::string& path) {
  auto content = read_file(path);
  if (content) return std::move(*content);
  if (content.error().failure == ReadFailure::Absent) return Secret();
  return Fail<std::string>(std::move(content.error().sentence));
}

std::vector<Certificate> unexpired(ByteView pem, WallTime now) {
  std::vector<Certificate> out = read_certificates(pem);
  std::erase_if(out, [&](const Certificate& one) { return validity_of(one.get()).ends <= now; });
  return out;
}

Result<Authority, std::string> find_authority(const std::string& directory,
                                              const std::string& ingress_class, WallTime now) {
  const auto text = read_if_there(directory + "/ca.crt");
  if (!text) return Fail<std::string>(text.error());
  const auto key_text = read_if_there(directory + "/ca.key");
  if (!key_text) return Fail<std::string>(key_text.error());
  if (text->empty() && !key_text->empty()) {
    return Fail<std::string>(fmt::format(
        "{0}/ca.key is there without {0}/ca.crt: put ca.crt back, or take ca.key away for a new "
        "authority",
        printable(directory)));
  }
  if (!text->empty() && read_certificates(text->reveal()).empty()) {
    return Fail<std::string>(fmt::format(
        "{0}/ca.crt is not certificates as PEM, {1} at most: mend it, or take ca.crt and ca.key "
        "away for a new authority",
        printable(directory), kMostCertificates));
  }
  Authority out;
  out.trusted = unexpired(text->reveal(), now);
  if (out.trusted.empty()) return make_anew(ingress_class, now);
  out.key = read_key(key_text->reveal());
  for (const Certificate& one : out.trusted) {
    if (of_another_class(one.get(), ingress_class)) {
      return Fail<std::string>(
          fmt::format("{}/ca.crt is '{}', not of class {}: each class has a directory of its own",
                      printable(directory), printable(common_name(one.get()), 64), ingress_class));
    }
    if (out.key && !out.signing && fits(one.get(), out.key.get())) {
      out.signing = std::move(read_certificates(pem_of(one.get())).front());
    }
  }
  return out;
}

}  // namespace postern::identity
