// How a relayed session goes: at its time, between two responses, with a word; or without one.
#include <algorithm>

#include "common/base/limits.h"
#include "proxy/dialogue/goodbye.h"
#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

// Who waits for a boundary is looked at this often: where nothing comes, nothing wakes him.
constexpr Duration kLookAgain{60'000};

// Nothing: it may stay. A member that left and came back meanwhile keeps its sessions.
std::optional<Cause> why_to_go(const Session& session, const Relaying& relaying,
                               const Worker& worker) {
  if (worker.draining()) return Cause::Drain;
  if (relaying.terms->gone) return Cause::TenantGone;
  const PackedRecord& record = relaying.record;
  const bool served = !session.member.held() || worker.serves(record.backend(), record.endpoint());
  return served ? std::nullopt : std::optional(Cause::EndpointGone);
}

}  // namespace

void Relaying::review(Session& session, Worker& worker) {
  if (departure.said) return;
  const std::optional<Cause> cause = why_to_go(session, *this, worker);
  if (!cause) {
    departure = {};
    return;
  }
  if (departure.planned() && departure.cause == *cause) return;
  const Departure next = departure_of(record.id(), worker.leave_for(*cause));
  departure = {next.cause, false, std::min(departure.at, next.at), std::min(departure.by, next.by)};
  if (departure.at <= worker.now()) return worker.enqueue(session);
  worker.arm(session, departure.at);
}

bool Relaying::has_to_go(const Session& session, const Worker& worker) const {
  return departure.said || why_to_go(session, *this, worker).has_value();
}

Outcome Relaying::depart(Session& session, Worker& worker) {
  const Instant now = worker.now();
  if (!has_to_go(session, worker)) {
    departure = {};
    return Outcome::of(Outcome::Kind::Again);
  }
  const ByteView words = dialogue::goodbye(record.values().protocol);
  if (!departure.said && !words.empty() && relay.may_speak()) {
    departure.said = true;
    relay.say_last(words);
    return Outcome::of(Outcome::Kind::Again);
  }
  // Octets that wait for a slow reader, or for their pace, are no silence.
  const bool silent = relay.holds_nothing() && !relay.resumes_at();
  const bool wordless = !departure.said && (words.empty() || relay.opaque()) && silent;
  if (wordless && now >= last_activity + kSilence) return leave();
  const Instant look = wordless ? last_activity + kSilence : now + kLookAgain;
  const Instant next = std::min({look, departure.by, now + kLookAgain});
  return Outcome::waiting(std::min(next, relay.resumes_at().value_or(next)));
}

Outcome Relaying::leave() const {
  return Outcome::ended(Failure::Draining, std::string(name_of(departure.cause)));
}

}  // namespace postern::session
