#include "proxy/verdicts/verdict_keys.h"

#include <string>
#include <string_view>

#include "proxy/net/ready_provider.h"

namespace postern::verdicts {

namespace {

// The parts of a question behind each other. It holds a password: a Buffer wipes it.
class Parts {
 public:
  void text(ByteView part) {
    number(part.size());
    fits_ = fits_ && out_.append(part);
  }
  void number(std::uint64_t value) {
    char octets[8];
    for (char& octet : octets) {
      octet = static_cast<char>(value & 0xFFU);
      value >>= 8U;
    }
    fits_ = fits_ && out_.append({octets, sizeof octets});
  }
  void address(const IpAddress& ip) {
    number(static_cast<std::uint64_t>(ip.family()));
    text({reinterpret_cast<const char*>(ip.octets().data()), ip.octets().size()});
  }
  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] ByteView view() const { return out_.view(); }

 private:
  // More than a request may have (proxy/auth: 64 KiB).
  Buffer out_{std::size_t{128} << 10};
  bool fits_ = true;
};

// The provider as it was asked: another version of it, or another value of a secret header, has
// other answers.
void add_provider(Parts& parts, const policy::Question& question) {
  parts.text(question.resource);
  parts.text(question.version);
  parts.number(question.headers == nullptr ? 0 : question.headers->size() + 1);
  if (question.headers == nullptr) return;
  for (const net::ProviderHeader& header : *question.headers) {
    parts.text(header.name);
    parts.text(header.value.reveal());
  }
}

void add_login(Parts& parts, const policy::Question& question) {
  parts.text(question.server_name);
  parts.number(static_cast<std::uint64_t>(question.protocol));
  parts.number(static_cast<std::uint64_t>(*question.mechanism));
  parts.text(question.user);
  parts.text(question.acting_as);
  parts.text(question.secret.reveal());
  parts.number(question.attempt);
}

void add_tls(Parts& parts, const policy::Question& question) {
  parts.number(question.client_tls ? 1 : 0);
  if (!question.client_tls) return;
  const policy::ClientTlsFacts& tls = *question.client_tls;
  for (const std::string* fact :
       {&tls.version, &tls.suite, &tls.verification, &tls.subject, &tls.issuer, &tls.serial,
        &tls.fingerprint, &tls.certificate_pem}) {
    parts.text(*fact);
  }
}

// The ports that clients come from mean nothing, and are others each time.
void add_client(Parts& parts, const policy::Question& question) {
  parts.address(question.client.ip);
  parts.text(question.client_host);
  parts.text(question.asked_name);
  parts.number(question.proxy_header ? 1 : 0);
  if (!question.proxy_header) return;
  parts.address(question.proxy_header->source.ip);
  parts.address(question.proxy_header->destination.ip);
  parts.number(question.proxy_header->destination.port);
}

}  // namespace

VerdictKeys::VerdictKeys() {
  random_octets(key_.data(), key_.size());
  random_octets(sealing_key_.data(), sealing_key_.size());
}

VerdictKeys::~VerdictKeys() {
  wipe(key_.data(), key_.size());
  wipe(sealing_key_.data(), sealing_key_.size());
}

std::optional<VerdictKey> VerdictKeys::of(const policy::Question& question) const {
  if (!question.mechanism || question.recipient) return std::nullopt;
  if (question.mechanism == Mechanism::CramMd5 || !question.challenge.empty()) return std::nullopt;
  Parts parts;
  add_provider(parts, question);
  add_login(parts, question);
  add_tls(parts, question);
  add_client(parts, question);
  if (!parts.fits()) return std::nullopt;
  return hmac_sha256({key_.data(), key_.size()}, parts.view());
}

std::optional<Secret> VerdictKeys::sealing(const policy::Question& question) const {
  if (question.secret.empty()) return std::nullopt;
  Sha256 key = hmac_sha256({sealing_key_.data(), sealing_key_.size()}, question.secret.reveal());
  Secret out(ByteView(reinterpret_cast<const char*>(key.data()), key.size()));
  wipe(key.data(), key.size());
  return out;
}

}  // namespace postern::verdicts
