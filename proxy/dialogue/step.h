// What a dialogue is told and what it wants. A dialogue is a value without socket, clock, thread or
// allocation beyond its limits; session/drive is its only caller. Each step names the one thing
// that must happen before the dialogue can go on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/mail.h"
#include "proxy/dialogue/failure.h"
#include "proxy/grammar/sasl.h"

namespace postern::dialogue {

// ---- evidence: what the client shows to be let in -----------------------------------------------

using grammar::BearerEvidence;
using grammar::CramMd5Evidence;
using grammar::Evidence;
using grammar::ExternalEvidence;
using grammar::PasswordEvidence;

// ---- towards the client ------------------------------------------------------------------------

// What the front may say and take; given at the start and again when TLS names the tenant.
struct Offer {
  enum class Tls : std::uint8_t { Offered, Established, Unavailable };
  std::string greeting;                   // text of "* OK"
  std::vector<std::string> capabilities;  // IMAP4rev1 first; without AUTH=, STARTTLS, LOGINDISABLED
  MechanismSet mechanisms;                // accepted and announced
  MechanismSet unannounced;               // accepted too, and nobody is told
  Tls tls = Tls::Unavailable;
  bool login_allowed = false;  // false: LOGINDISABLED, no mechanisms, PRIVACYREQUIRED

  [[nodiscard]] bool accepts(Mechanism mechanism) const {
    return mechanisms.has(mechanism) || unannounced.has(mechanism);
  }
};

struct FrontLimits {
  std::uint32_t command_octets = 8192;
  std::uint32_t errors = 10;
  std::uint32_t commands = 100;
  std::uint32_t failures = 3;  // refused credentials
};

// Who was found to be behind the credentials; the back logs in with it.
struct Welcome {
  std::string text;  // of the backend's tagged OK, without codes; made printable
  std::vector<std::string> capabilities;  // after login, as the backend shows them; may be empty
};

struct Octets {
  ByteView data;
};  // all unconsumed octets from its peer
struct TlsUp {
  Offer offer;
};  // handshake done
struct Refused {  // the judge, or the backend, said no: tell him
  Failure failure = Failure::CredentialsRefused;
  std::string text;        // PassThrough of loginErrors, printable; else empty
  std::string sasl_error;  // error challenge for bearer tokens; else empty
  bool last = false;       // and then the connection ends
};
struct Admitted {
  Welcome welcome;
};  // the backend has let him in
struct Expired {};  // the deadline of this phase
struct Draining {   // drain, kick, or his time is over: he is sent away
  Failure failure = Failure::Draining;
};
struct PeerEnded {};  // the peer closed
using FrontInput = std::variant<Octets, TlsUp, Refused, Admitted, Expired, Draining, PeerEnded>;

struct Read {};      // more octets, please
struct StartTls {};  // flush, then handshake
struct Attempt {     // is he let in? asks provider, route, backend
  Evidence evidence;
  // What a proxy before us claims that is left of the way (ID's x-proxy-ttl). Anybody may claim it,
  // so it may only lower what we would tell the backend; at 1 or below: BackendLoop.
  std::optional<std::uint32_t> ttl = std::nullopt;
};
struct Relay {};  // flush; from here octets pass untouched
struct Close {
  Failure failure = Failure::None;
};  // flush, then close
using FrontStep = std::variant<Read, StartTls, Attempt, Relay, Close>;

// ---- towards the backend -----------------------------------------------------------------------

struct BackTlsUp {};  // handshake done and verified
using BackInput = std::variant<Octets, BackTlsUp, PeerEnded>;

struct LoggedIn {
  Welcome welcome;
};
struct BackRefused {  // he, or we, were not let in
  Failure failure;
  std::string reason;     // ours: what may be logged, for it repeats no password
  std::string text = {};  // the backend's words, printable; empty: it said none
  bool of_user = false;   // what it has against this login says nothing of others
  // Of a bearer token: what the backend had against it, decoded and printable; else empty.
  std::string sasl_error = {};
  std::string referral = {};  // of BackendReferral: arguments of the code, as they came
};
using BackStep = std::variant<Read, StartTls, LoggedIn, BackRefused>;

// consumed ≤ data.size(); 0 unless the input was Octets.
template <class Step>
struct Turn {
  Step step;
  std::size_t consumed = 0;
};

}  // namespace postern::dialogue
