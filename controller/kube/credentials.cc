#include "controller/kube/credentials.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "common/base/ascii.h"
#include "controller/kube/material_file.h"

namespace postern::kube {
namespace {

ByteView trimmed(ByteView text) {
  constexpr ByteView kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == ByteView::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// It goes into a line of HTTP: anything else could end that line and begin another. Empty: none.
ByteView fit_token(ByteView text) {
  const ByteView token = trimmed(text);
  const bool fit =
      std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return fit ? token : ByteView{};
}

Result<Secret, std::string> octets_of(const Material& material) {
  if (!material.file.empty()) return read_material(material.file, kMaxPemOctets);
  return Secret(material.given.reveal());
}

}  // namespace

Credentials::Credentials(ApiAccess access, const Clock& clock, Log& log)
    : access_(std::move(access)),
      clock_(clock),
      log_(log),
      token_(fit_token(access_.token.given.reveal())) {}

ByteView Credentials::token() {
  const bool due = !token_read_ || clock_.now() - *token_read_ >= kTokenPeriod;
  if (due && !access_.token.file.empty()) read_token();
  return token_.reveal();
}

void Credentials::read_token() {
  token_read_ = clock_.now();
  const auto read = read_material(access_.token.file, kMaxTokenOctets);
  if (!read) return say_once(said_of_token_, "the token cannot be read: " + read.error());
  const ByteView token = fit_token(read->reveal());
  if (token.empty()) return say_once(said_of_token_, "no token stands in " + access_.token.file);
  if (token != token_.reveal()) token_ = Secret(token);
  said_of_token_.clear();
}

Result<TlsContext, std::string> Credentials::tls() {
  if (!access_.tls) return TlsContext{};
  const SeenFiles seen = look();
  if (tls_ && seen == seen_) return tls_;
  auto made = make();
  if (made) {
    tls_ = *made;
    seen_ = seen;
    said_of_certificates_.clear();
    return tls_;
  }
  if (!tls_) return made;
  say_once(said_of_certificates_, "the certificates of before stay in force: " + made.error());
  return tls_;
}

bool Credentials::read_again() {
  const bool files = !access_.certificate.file.empty() || !access_.key.file.empty();
  if (!access_.token.file.empty()) read_token();
  return files || !access_.token.file.empty();
}

Credentials::SeenFiles Credentials::look() const {
  const std::array files{&access_.authorities, &access_.certificate, &access_.key};
  SeenFiles seen{};
  for (std::size_t i = 0; i < files.size(); ++i) {
    struct stat found{};
    // Of one that is not there nothing is seen, which differs from what was.
    if (files[i]->file.empty() || ::stat(files[i]->file.c_str(), &found) != 0) continue;
    seen[i] = {found.st_dev, found.st_ino, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
  }
  return seen;
}

Result<TlsContext, std::string> Credentials::make() const {
  const auto authorities = octets_of(access_.authorities);
  if (!authorities) return Fail<std::string>(authorities.error());
  if (!access_.authorities.file.empty() && authorities->empty()) {
    // Empty would mean the system's, and nobody asked for those.
    return Fail<std::string>(access_.authorities.file + ": it is empty");
  }
  const auto certificate = octets_of(access_.certificate);
  if (!certificate) return Fail<std::string>(certificate.error());
  const auto key = octets_of(access_.key);
  if (!key) return Fail<std::string>(key.error());
  return make_tls_context(
      {authorities->reveal(), certificate->reveal(), key->reveal(), access_.unverified});
}

void Credentials::say_once(std::string& said, const std::string& sentence) {
  if (sentence == said) return;
  said = sentence;
  log_.line(LogLevel::Warning, "Credentials for the API server", {{field::kDetail, sentence}});
}

}  // namespace postern::kube
