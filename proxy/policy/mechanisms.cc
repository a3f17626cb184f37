#include "proxy/policy/mechanisms.h"

namespace postern::policy {

LoginOffer login_offer(const config::ProtocolOffer& offer, const Facts& facts) {
  LoginOffer out;
  out.tls = facts.tls;
  // Credentials in clear are refused unless the listener says `plaintext: Allow`. That holds
  // for every mechanism: also a challenge-response login gives its session away without TLS.
  // And who has to show a certificate logs in by nothing else.
  out.login_allowed =
      facts.certificate != Certificate::Missing &&
      (facts.tls == ClientTls::Established || facts.plaintext == config::Plaintext::Allow);
  if (!out.login_allowed) return out;
  out.mechanisms = offer.mechanisms;
  // A lenient auth service is told the name that was typed, and decides, as nginx's does.
  const bool has_proof = facts.certificate == Certificate::Verified || facts.asks_leniently;
  if (!has_proof) out.mechanisms.remove(Mechanism::External);
  return out;
}

bool may_judge(const config::Provider& provider, Mechanism mechanism, const Facts& facts) {
  if (mechanism != Mechanism::External || facts.certificate == Certificate::Verified) return true;
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  return http != nullptr && http->strictness == config::Strictness::Nginx;
}

}  // namespace postern::policy
