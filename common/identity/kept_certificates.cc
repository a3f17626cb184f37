#include "common/identity/kept_certificates.h"

#include <array>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/base/check.h"
#include "common/identity/files.h"
#include "common/identity/mint.h"

namespace postern::identity {

namespace {

constexpr std::string_view kExpiry = "postern_stream_certificate_expiry_timestamp_seconds";
constexpr std::string_view kExpiryHelp =
    "when the certificate that is in force on the stream expires; 0: there is none";
constexpr std::string_view kProblems = "postern_stream_certificate_problems_total";
constexpr std::string_view kProblemsHelp =
    "looks at the certificates of the stream that found them unusable";
// Reasons differ by what a file says of itself: somebody may write a new one each second.
constexpr std::size_t kMostTold = 64;

Sha256 digest_of(const PairText& text) {
  std::string all;
  for (const ByteView part : {text.authorities, text.chain, text.key}) {
    const Sha256 one = sha256(part);
    all.append(one.begin(), one.end());
  }
  return sha256(all);
}

}  // namespace

Result<std::unique_ptr<KeptCertificates>, std::string> KeptCertificates::open(KeptSettings settings,
                                                                              KeptNeeds needs) {
  auto directory = PrivateDirectory::make(settings.private_parents);
  if (!directory) return Fail<std::string>(directory.error());
  if (!(*directory)->in_memory()) {
    needs.log.line(LogLevel::Warning,
                   "the key of the stream is on a disk: no place in memory is writable",
                   {{"directory", (*directory)->path()}});
  }
  std::unique_ptr<KeptCertificates> kept(
      new KeptCertificates(std::move(settings), needs, std::move(*directory)));
  if (!kept->look()) kept->show_nobody();
  kept->watch();
  return kept;
}

KeptCertificates::KeptCertificates(KeptSettings settings, KeptNeeds needs,
                                   std::unique_ptr<PrivateDirectory> directory)
    : settings_(std::move(settings)),
      needs_(needs),
      private_(std::move(directory)),
      expiry_(needs.metrics.gauge(kExpiry, kExpiryHelp)),
      watch_(settings_.directory) {}

KeptCertificates::~KeptCertificates() {
  ending_ = true;
  watch_.wake();
  if (thread_.joinable()) thread_.join();
}

void KeptCertificates::watch() {
  if (!settings_.watch) return;
  thread_ = std::thread([this] {
    while (!ending_) {
      watch_.wait(settings_.poll);
      if (!ending_) look();
    }
  });
}

// Without files gRPC would complain each second, and begin with the system's authorities.
void KeptCertificates::show_nobody() {
  const WallTime now = needs_.clock.wall();
  const Validity valid{now - kClockSkew, now + kClockSkew};
  const Minted issuer = mint_authority("nobody", valid);
  const Minted stranger = mint_authority("nobody", valid);
  const auto certificates = read_certificates(issuer.certificate);
  const Key key = read_key(issuer.key.reveal());
  const auto leaf =
      mint_leaf({certificates.front().get(), key.get()}, {settings_.who.role, "nobody"}, valid);
  check(leaf.has_value(), "a fresh authority can sign");
  const auto done =
      private_->publish({stranger.certificate, leaf->certificate, leaf->key.reveal()});
  if (!done)
    needs_.log.line(LogLevel::Error, "cannot show certificates", {{"reason", done.error()}});
}

bool KeptCertificates::look() {
  const std::lock_guard lock(mutex_);
  std::array<Secret, 3> content;
  std::size_t at = 0;
  for (const char* name : {"/ca.crt", "/tls.crt", "/tls.key"}) {
    auto file = read_file(settings_.directory + name);
    if (!file) {
      refuse(word_of(PairFailure::Unreadable), std::move(file.error().sentence));
      return false;
    }
    content.at(at++) = std::move(*file);
  }
  return take({content[0].reveal(), content[1].reveal(), content[2].reveal()});
}

bool KeptCertificates::take(const PairText& text) {
  const auto valid = check_pair(text, settings_.who, needs_.clock.wall());
  if (!valid) {
    refuse(word_of(valid.error().failure), valid.error().sentence);
    return false;
  }
  const Sha256 digest = digest_of(text);
  if (in_force_ != digest) {
    if (auto done = private_->publish(text); !done) {
      refuse("not_published", done.error());
      return false;
    }
  }
  told_.clear();
  problem_.clear();
  if (in_force_ == digest) return false;
  in_force_ = digest;
  expiry_.set(std::chrono::system_clock::to_time_t(valid->ends));
  needs_.log.line(LogLevel::Info, "certificate of the stream in force",
                  {{"identity", uri_of(settings_.who)}, {"until", date_text(valid->ends)}});
  return true;
}

void KeptCertificates::refuse(std::string_view word, std::string sentence) {
  needs_.metrics.counter(kProblems, kProblemsHelp, {{"reason", std::string(word)}}).add();
  problem_ = std::move(sentence);
  if (told_.size() >= kMostTold || !told_.insert(problem_).second) return;
  needs_.log.line(LogLevel::Warning,
                  in_force_ ? "certificates of the stream refused, the last good ones stay"
                            : "certificates of the stream refused, and there are none before",
                  {{"directory", printable(settings_.directory)}, {field::kReason, problem_}});
}

bool KeptCertificates::usable() const {
  const std::lock_guard lock(mutex_);
  return in_force_.has_value();
}

std::string KeptCertificates::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace postern::identity
