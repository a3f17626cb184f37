// Outcome: what a step of a session came to; the corridor (session.cc) alone knows what follows.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "proxy/dialogue/step.h"

namespace postern::session {

struct Outcome {
  enum class Kind : std::uint8_t {
    Waiting,     // for the loop, at most until `until`
    Again,       // its turn is used up: the run queue calls again
    Presented,   // the PROXY header has said who the client is
    Upgrading,   // STARTTLS was agreed on with the client
    Secured,     // TLS with the client is up
    Identified,  // the client showed credentials
    Released,    // what failures before have cost him is waited off
    Judged,      // they are his, or his mail pod decides
    Located,     // a backend's endpoint is reached
    Elsewhere,   // this endpoint would not; the next one may
    Announced,   // the backend has let him in
    Refused,     // somebody said no
    Turned,      // the refusal's time has come: the front tells him
    Welcomed,    // the front has said yes: relay
    Ended,       // over, for the reason `failure`
  };

  Kind kind = Kind::Waiting;
  Instant until{};
  dialogue::Failure failure = dialogue::Failure::None;
  std::string detail{};  // Ended: for the log; Refused: text for the client. Foreign text printable
  std::string sasl_error{};  // Refused: said as a challenge before it
  bool last = false;         // Refused: and then the connection ends

  [[nodiscard]] static Outcome waiting(Instant until) { return {Kind::Waiting, until}; }
  [[nodiscard]] static Outcome of(Kind kind) { return {kind}; }
  [[nodiscard]] static Outcome refused(dialogue::Failure failure, std::string detail = {}) {
    return {Kind::Refused, {}, failure, std::move(detail)};
  }
  [[nodiscard]] static Outcome ended(dialogue::Failure failure, std::string detail = {}) {
    return {Kind::Ended, {}, failure, std::move(detail)};
  }
};

// A step that ends in a refusal.
[[nodiscard]] inline Fail<Outcome> refuse(dialogue::Failure failure) {
  return Fail<Outcome>(Outcome::refused(failure));
}

}  // namespace postern::session
