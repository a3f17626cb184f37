#include "proxy/policy/auth_chain.h"

#include <algorithm>
#include <utility>

#include "common/base/ascii.h"

namespace postern::policy {

namespace {

// Whose name is in a certificate need not type it.
bool reads_the_name(const config::Provider& provider) {
  return std::holds_alternative<config::CertificateProvider>(provider.kind);
}

}  // namespace

bool has_domain(const config::Provider& provider, std::string_view domain) {
  if (provider.domains.empty()) return true;
  return std::any_of(provider.domains.begin(), provider.domains.end(),
                     [&](const std::string& own) { return equal_ignoring_case(own, domain); });
}

std::string_view domain_of(std::string_view name) {
  const std::size_t at = name.rfind('@');
  return at == std::string_view::npos ? std::string_view() : name.substr(at + 1);
}

AuthChain::AuthChain(const std::vector<const config::Provider*>& providers, Mechanism mechanism,
                     std::string_view name) {
  const std::string_view domain = domain_of(name);
  for (const config::Provider* provider : providers) {
    if (!provider->mechanisms.has(mechanism)) continue;
    if (!reads_the_name(*provider) && !has_domain(*provider, domain)) continue;
    providers_.push_back(provider);
  }
}

std::optional<Answer> AuthChain::hear(Answer answer) {
  const config::Provider& provider = *asked();
  if (std::holds_alternative<Accept>(answer)) return answer;
  if (std::holds_alternative<Unavailable>(answer)) {
    if (provider.on_unavailable == config::NoAnswer::TemporaryFailure) return answer;
    if (!away_) away_ = std::get<Unavailable>(answer);
    return go_on(std::move(answer));
  }
  if (const auto* refusal = std::get_if<Refuse>(&answer)) {
    const bool stops = !refusal->unknown_user && provider.on_reject == config::OnReject::Stop;
    return stops ? std::optional(std::move(answer)) : go_on(std::move(answer));
  }
  return answer;  // AskAgain is between the session and this provider
}

std::optional<Answer> AuthChain::go_on(Answer answer) {
  ++at_;
  if (asked()) return std::nullopt;
  // He may be known to the one that was away.
  if (away_) return Answer(*away_);
  return answer;
}

}  // namespace postern::policy
