// The relay's turn.
#include <algorithm>

#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

// A relayed session looks at its terms this often, whatever else happens: a shorter idle limit
// holds for it then.
constexpr std::chrono::seconds kTick{60};

struct Octets {
  std::uint64_t in = 0;   // from the client
  std::uint64_t out = 0;  // to the client
  friend bool operator==(const Octets&, const Octets&) = default;
};

Octets octets_of(const relay::Relay& relay) {
  return {relay.octets_from(relay::Side::Client), relay.octets_from(relay::Side::Backend)};
}

}  // namespace

Outcome Relaying::proceed(Session& session, Worker& worker) {
  if (worker.now() >= departure.by) {
    if (has_to_go(session, worker)) return leave();
    departure = {};
  }
  const Octets before = octets_of(relay);
  const relay::Progress progress =
      relay.turn({session.client, session.backend, session.ready},
                 {worker.scratch(), worker.pipes()}, {worker.now(), terms->bytes_per_second});
  if (relay.moved()) last_activity = worker.now();
  const Octets now = octets_of(relay);
  if (now != before) {
    worker.needs().counters.relayed(record.values().protocol, now.in - before.in,
                                    now.out - before.out);
  }
  count_blocked(!relay.holds_nothing(), worker);
  switch (progress) {
    case relay::Progress::Over: return departure.said ? leave() : Outcome::ended(Failure::None);
    case relay::Progress::Again: return Outcome::of(Outcome::Kind::Again);
    case relay::Progress::Waiting: break;
  }
  const Duration idle_for = std::chrono::duration_cast<Duration>(worker.now() - last_activity);
  if (idle_for >= kTick && idle_for < 2 * kTick) net::keep_alive(session.backend);
  const Instant by = last_activity + terms->idle;
  if (worker.now() >= by) return Outcome::ended(Failure::ClientTimeout, "idle");
  if (worker.now() >= departure.at) return depart(session, worker);
  const Instant look = std::min<Instant>({by, worker.now() + kTick, departure.at});
  return Outcome::waiting(std::min(look, relay.resumes_at().value_or(look)));
}

void Relaying::count_blocked(bool now, Worker& worker) {
  if (now != blocked) worker.guests().blocked += now ? 1 : -1;
  blocked = now;
}

}  // namespace postern::session
