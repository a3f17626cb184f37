// SASL, both ways. SaslExchange: one authentication of a client, a small state machine a mechanism,
// from the initial response to evidence that was checked (security R4: not empty, no controls,
// bounded, UTF-8). The encoders below say the same to a backend.
// Knows no protocol: lines come without their line end and leave as base64 without prefix.
// RFC 4422, RFC 4616 (PLAIN), RFC 2195 (CRAM-MD5), RFC 7628 (OAUTHBEARER).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/bytes.h"
#include "common/base/mail.h"
#include "common/base/secret.h"

namespace postern::grammar {

// ---- evidence: what the client shows to be let in -----------------------------------------------

struct PasswordEvidence {
  Mechanism mechanism = Mechanism::Plain;  // Login for the LOGIN command too
  std::string authzid;                     // empty: none
  std::string name;
  Secret password;
};
struct CramMd5Evidence {
  std::string name;
  std::string challenge;  // as it was sent, decoded
  std::string digest;     // 32 hexadecimal digits, lower case
};
struct ExternalEvidence {
  std::string authzid;  // empty: derived from the certificate
};
struct BearerEvidence {
  Mechanism mechanism = Mechanism::XOAuth2;
  std::string name;  // user= of XOAUTH2, a= of OAUTHBEARER; never empty
  Secret token;
};
using Evidence = std::variant<PasswordEvidence, CramMd5Evidence, ExternalEvidence, BearerEvidence>;

// ---- an exchange with a client ------------------------------------------------------------------

struct SaslNeedLine {
  std::string challenge;  // base64, may be empty; the protocol puts "+ " or "334 " before it
};
struct SaslBad {
  enum class Kind : std::uint8_t {
    Cancelled,     // the client said "*"
    Malformed,     // not base64, or not what the mechanism says
    Unacceptable,  // well formed, and refused by R4: empty, too long, controls, not UTF-8
  };
  Kind kind = Kind::Malformed;
  std::string_view reason;  // a constant sentence, never the octets themselves
};
using SaslStep = std::variant<SaslNeedLine, Evidence, SaslBad>;

// start() once, then next() after each SaslNeedLine; after Evidence or SaslBad it is over.
// A line above limits::kSaslLineOctets is Malformed.
class SaslExchange {
 public:
  // The challenge is CRAM-MD5's, decoded ("<nonce@host>"); other mechanisms take none.
  explicit SaslExchange(Mechanism mechanism, std::string cram_challenge = {});

  // "=" is the empty initial response (RFC 4954 §4); so is an empty string.
  [[nodiscard]] SaslStep start(std::optional<ByteView> initial_response);
  [[nodiscard]] SaslStep next(ByteView line);
  [[nodiscard]] Mechanism mechanism() const { return mechanism_; }

 private:
  enum class Expects : std::uint8_t { Start, Response, LoginName, LoginPassword, Nothing };

  SaslStep challenge(std::string_view decoded, Expects next);
  SaslStep decode_and_judge(ByteView base64_text);
  SaslStep judge(ByteView response);
  SaslStep take_login_name(ByteView name);

  Mechanism mechanism_;
  Expects expects_ = Expects::Start;
  std::string cram_challenge_;
  std::string login_name_;
};

// ---- R4, for credentials that come without SASL (IMAP LOGIN, POP3 USER and PASS) ----------------

[[nodiscard]] std::optional<SaslBad> objection_to_name(ByteView name);
[[nodiscard]] std::optional<SaslBad> objection_to_password(ByteView password);

// ---- towards a backend: the base64 of one response ----------------------------------------------

[[nodiscard]] Secret encode_plain(ByteView authzid, ByteView name, ByteView password);
// LOGIN answers "Username:" and "Password:" with one of these each.
[[nodiscard]] Secret encode_login_answer(ByteView name_or_password);
[[nodiscard]] Secret encode_xoauth2(ByteView name, ByteView token);
[[nodiscard]] Secret encode_oauthbearer(ByteView name, ByteView token);
// Empty for no authzid; as an initial response that is "=".
[[nodiscard]] Secret encode_external(ByteView authzid);

}  // namespace postern::grammar
