// Departure: when a relayed session that has to go is sent on its way, and by when it is gone
// whatever is under way. Times are spread over a window by a hash of its id, so that clients do not
// come back all at once and nobody sorts a list.
// A leave (Leave) says it to all sessions of a worker; a departure is one session's share of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/clock.h"

namespace postern::session {

// Why; what is to be told the log.
enum class Cause : std::uint8_t {
  Drain,         // the process ends
  TenantGone,    // its MailServer is served no more
  EndpointGone,  // its backend's endpoint is no more
};
[[nodiscard]] std::string_view name_of(Cause cause);

struct Leave {
  Cause cause = Cause::Drain;
  Instant from{};                   // the window begins
  Duration window{0};               // goodbyes are spread over it; 0: all at once
  Instant forced = Instant::max();  // from then on nobody waits for a boundary
};

struct Departure {
  Cause cause = Cause::Drain;
  bool said = false;            // the goodbye is on its way
  Instant at = Instant::max();  // from then on at the next boundary; max: it may stay
  Instant by = Instant::max();  // then hard

  [[nodiscard]] bool planned() const { return at != Instant::max(); }
};

// That of the session `id`.
[[nodiscard]] Departure departure_of(std::string_view id, const Leave& leave);

// An opaque session, or one whose protocol has no last word, ends when both sides were silent for
// so long: believed to be between two commands.
inline constexpr Duration kSilence{2'000};
// Those that are left at the end go over so long, not all in one turn.
inline constexpr Duration kForcedSpread{1'000};
// What a worker looks at in one turn when it tells all its sessions something.
inline constexpr std::size_t kSessionsAtOnce = 1'000;

}  // namespace postern::session
