#include "proxy/verdicts/keeping.h"

#include <algorithm>

#include "proxy/verdicts/sealed.h"

namespace postern::verdicts {

namespace {

using policy::Accept;
using policy::Answer;
using policy::Refuse;

ByteView octets_of(const VerdictKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

std::optional<Verdict> kept(const Accept& yes, const config::AnswerCache& terms,
                            const VerdictKey& key, const std::optional<Secret>& sealing,
                            Instant now) {
  if (terms.accepted.count() == 0) return std::nullopt;
  if (yes.ttl && yes.ttl->count() == 0) return std::nullopt;
  if (yes.password && !sealing) return std::nullopt;
  Verdict out;
  out.accepted = true;
  out.user = yes.user;
  out.backend = yes.backend;
  out.attributes = yes.attributes;
  if (yes.password) out.sealed_password = seal(*sealing, octets_of(key), *yes.password);
  out.fresh_until = now + terms.accepted;
  out.usable_until = out.fresh_until;
  if (terms.stale_when_unavailable) out.usable_until += kStalest;
  if (yes.ttl) {  // a token that has expired is one, whoever is away
    out.fresh_until = std::min(out.fresh_until, now + *yes.ttl);
    out.usable_until = std::min(out.usable_until, now + *yes.ttl);
  }
  return out;
}

// Who is unknown today may be made in a minute.
std::optional<Verdict> kept(const Refuse& no, const config::AnswerCache& terms, Instant now) {
  if (terms.rejected.count() == 0 || no.unknown_user) return std::nullopt;
  Verdict out;
  out.text = no.text;
  out.wait = no.wait;
  out.error_code = no.error_code;
  out.challenge = no.challenge;
  out.fresh_until = now + terms.rejected;
  out.usable_until = out.fresh_until;
  return out;
}

}  // namespace

std::optional<Verdict> verdict_of(const Answer& answer, const config::AnswerCache& terms,
                                  const VerdictKey& key, const std::optional<Secret>& sealing,
                                  Instant now) {
  if (const auto* yes = std::get_if<Accept>(&answer)) return kept(*yes, terms, key, sealing, now);
  if (const auto* no = std::get_if<Refuse>(&answer)) return kept(*no, terms, now);
  return std::nullopt;
}

std::optional<Answer> answer_of(const Verdict& verdict, const VerdictKey& key,
                                const std::optional<Secret>& sealing) {
  if (!verdict.accepted) {
    return Refuse{false, verdict.text, verdict.wait, verdict.error_code, verdict.challenge, true};
  }
  Accept out;
  out.user = verdict.user;
  out.backend = verdict.backend;
  out.attributes = verdict.attributes;
  out.kept = true;
  if (verdict.sealed_password.empty()) return out;
  if (!sealing) return std::nullopt;
  out.password = unseal(*sealing, octets_of(key), verdict.sealed_password);
  if (!out.password) return std::nullopt;
  return out;
}

Answer copy_of(const Answer& answer) {
  if (const auto* yes = std::get_if<Accept>(&answer)) {
    Accept out{yes->user, {}, yes->backend, yes->attributes, yes->ttl, yes->kept};
    if (yes->password) out.password = yes->password->copy();
    return out;
  }
  if (const auto* no = std::get_if<Refuse>(&answer)) return *no;
  if (const auto* again = std::get_if<policy::AskAgain>(&answer)) return *again;
  return std::get<policy::Unavailable>(answer);
}

}  // namespace postern::verdicts
