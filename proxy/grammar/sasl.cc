#include "proxy/grammar/sasl.h"

#include <utility>

#include "common/base/ascii.h"
#include "common/base/check.h"
#include "common/base/limits.h"
#include "proxy/grammar/base64.h"
#include "proxy/grammar/sasl_message.h"

namespace postern::grammar {

namespace {

SaslBad malformed(std::string_view reason) { return {SaslBad::Kind::Malformed, reason}; }
SaslBad unacceptable(std::string_view reason) { return {SaslBad::Kind::Unacceptable, reason}; }

std::optional<SaslBad> objection_to_authzid(ByteView authzid) {
  return authzid.empty() ? std::nullopt : objection_to_name(authzid);
}

std::optional<SaslBad> objection_to_token(ByteView token) {
  if (token.empty()) return unacceptable("the token is empty");
  if (token.size() > limits::kTokenOctets) return unacceptable("the token is too long");
  return std::nullopt;
}

SaslStep judge_password(PasswordEvidence evidence) {
  if (const auto bad = objection_to_authzid(evidence.authzid)) return *bad;
  if (const auto bad = objection_to_name(evidence.name)) return *bad;
  if (const auto bad = objection_to_password(evidence.password.reveal())) return *bad;
  return Evidence(std::move(evidence));
}

SaslStep judge_plain(ByteView response) {
  const auto message = sasl_message::parse_plain(response);
  if (!message) return malformed(message.error().reason);
  return judge_password({Mechanism::Plain, std::string(message->authzid),
                         std::string(message->name), Secret(message->password)});
}

SaslStep judge_cram_md5(ByteView response, const std::string& challenge) {
  const auto message = sasl_message::parse_cram_md5(response);
  if (!message) return malformed(message.error().reason);
  if (const auto bad = objection_to_name(message->name)) return *bad;
  return Evidence(CramMd5Evidence{std::string(message->name), challenge, lower(message->digest)});
}

SaslStep judge_external(ByteView response) {
  if (const auto bad = objection_to_authzid(response)) return *bad;
  return Evidence(ExternalEvidence{std::string(response)});
}

SaslStep judge_bearer(Mechanism mechanism, ByteView response) {
  const auto message = mechanism == Mechanism::XOAuth2 ? sasl_message::parse_xoauth2(response)
                                                       : sasl_message::parse_oauthbearer(response);
  if (!message) return malformed(message.error().reason);
  if (const auto bad = objection_to_name(message->name)) return *bad;
  if (const auto bad = objection_to_token(message->token)) return *bad;
  return Evidence(BearerEvidence{mechanism, message->name, Secret(message->token)});
}

}  // namespace

SaslExchange::SaslExchange(Mechanism mechanism, std::string cram_challenge)
    : mechanism_(mechanism), cram_challenge_(std::move(cram_challenge)) {
  check((mechanism == Mechanism::CramMd5) != cram_challenge_.empty(),
        "CRAM-MD5 has a challenge and no other mechanism has");
}

SaslStep SaslExchange::start(std::optional<ByteView> initial_response) {
  check(expects_ == Expects::Start, "an exchange starts once");
  const bool login = mechanism_ == Mechanism::Login;
  if (!initial_response) {
    if (login) return challenge("Username:", Expects::LoginName);
    return challenge(cram_challenge_, Expects::Response);
  }
  if (mechanism_ == Mechanism::CramMd5) {
    expects_ = Expects::Nothing;
    // RFC 4422 §3: the server speaks first, so there is no initial response.
    return malformed("CRAM-MD5 has no initial response");
  }
  expects_ = login ? Expects::LoginName : Expects::Response;
  return decode_and_judge(*initial_response == "=" ? ByteView{} : *initial_response);
}

SaslStep SaslExchange::next(ByteView line) {
  check(expects_ != Expects::Start && expects_ != Expects::Nothing, "a line was asked for");
  if (line == "*") {
    expects_ = Expects::Nothing;
    return SaslBad{SaslBad::Kind::Cancelled, "the client cancelled"};
  }
  return decode_and_judge(line);
}

SaslStep SaslExchange::challenge(std::string_view decoded, Expects next) {
  expects_ = next;
  return SaslNeedLine{base64::encode(decoded)};
}

SaslStep SaslExchange::decode_and_judge(ByteView base64_text) {
  const Expects expected = std::exchange(expects_, Expects::Nothing);
  if (base64_text.size() > limits::kSaslLineOctets) return malformed("the response is too long");
  const auto response = base64::decode(base64_text, limits::kSaslLineOctets);
  if (!response) return malformed(response.error().reason);
  if (expected == Expects::LoginName) return take_login_name(response->view());
  if (expected == Expects::LoginPassword) {
    return judge_password({Mechanism::Login, {}, login_name_, Secret(response->view())});
  }
  return judge(response->view());
}

SaslStep SaslExchange::judge(ByteView response) {
  switch (mechanism_) {
    case Mechanism::Plain: return judge_plain(response);
    case Mechanism::CramMd5: return judge_cram_md5(response, cram_challenge_);
    case Mechanism::External: return judge_external(response);
    case Mechanism::XOAuth2:
    case Mechanism::OAuthBearer: return judge_bearer(mechanism_, response);
    case Mechanism::Login: break;  // its two lines are not judged here
  }
  return malformed("the mechanism is not known");
}

SaslStep SaslExchange::take_login_name(ByteView name) {
  if (const auto bad = objection_to_name(name)) return *bad;
  login_name_ = name;
  return challenge("Password:", Expects::LoginPassword);
}

std::optional<SaslBad> objection_to_name(ByteView name) {
  if (name.empty()) return unacceptable("the name is empty");
  if (name.size() > limits::kNameOctets) return unacceptable("the name is too long");
  if (has_control(name)) return unacceptable("the name has control characters");
  if (!is_utf8(name)) return unacceptable("the name is not UTF-8");
  return std::nullopt;
}

std::optional<SaslBad> objection_to_password(ByteView password) {
  if (password.empty()) return unacceptable("the password is empty");
  if (password.size() > limits::kPasswordOctets) return unacceptable("the password is too long");
  if (has_control(password)) return unacceptable("the password has control characters");
  if (!is_utf8(password)) return unacceptable("the password is not UTF-8");
  return std::nullopt;
}

}  // namespace postern::grammar
