#include "proxy/dialogue/imap_back.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "common/base/ascii.h"
#include "common/base/check.h"
#include "proxy/grammar/base64.h"

namespace postern::dialogue {

namespace imap = grammar::imap;

namespace {

constexpr const char* kBackStates[] = {
    "AwaitingGreeting",   "AwaitingStartTls", "Upgrading", "AwaitingCapabilities",
    "AwaitingIdentified", "AwaitingLogin",    "Ended"};

// RFC 5530 §3: codes that say nothing about the credentials.
constexpr std::array<std::string_view, 4> kTemporary = {"UNAVAILABLE", "INUSE", "LIMIT",
                                                        "SERVERBUG"};

// What a NO to the login means. An unknown code is a refusal of the credentials: so is no code, and
// a REFERRAL is nobody's password to judge: where it leads is looked at elsewhere (ST16).
Failure meaning_of(const imap::ResponseText& said) {
  if (said.code == "PRIVACYREQUIRED") return Failure::BackendTls;
  if (said.code == "REFERRAL") return Failure::BackendReferral;
  const bool temporary =
      std::find(kTemporary.begin(), kTemporary.end(), said.code) != kTemporary.end();
  return temporary ? Failure::BackendBusy : Failure::BackendRefusedLogin;
}

// Of RFC 5530 §3, those that a login can be answered with. Any other word could be anything.
constexpr std::string_view kCodes[] = {"UNAVAILABLE",
                                       "AUTHENTICATIONFAILED",
                                       "AUTHORIZATIONFAILED",
                                       "EXPIRED",
                                       "PRIVACYREQUIRED",
                                       "CONTACTADMIN",
                                       "NOPERM",
                                       "INUSE",
                                       "SERVERBUG",
                                       "CLIENTBUG",
                                       "CANNOT",
                                       "LIMIT",
                                       "NONEXISTENT"};

// What was answered, without what could repeat a password (R10).
std::string reason_of(std::string_view answer, const imap::ResponseText& said) {
  std::string out = "it said ";
  out += answer;
  if (std::ranges::find(kCodes, said.code) != std::end(kCodes)) out += " [" + said.code + "]";
  return out;
}

// A short JSON object by RFC 7628; a long one is not repeated to the client.
constexpr std::size_t kTokenErrorOctets = 1024;

// In place of what cannot be repeated.
constexpr std::string_view kInvalidToken = R"({"status":"invalid_token"})";
constexpr std::string_view kUnauthorized = R"({"status":"401","schemes":"bearer"})";

bool is_printable(ByteView text) { return is_utf8(text) && !has_control(text); }

}  // namespace

ImapBack::ImapBack(BackLogin login) : login_(std::move(login)) {}

const char* ImapBack::state() const {
  static_assert(std::size(kBackStates) == static_cast<std::size_t>(State::Ended) + 1);
  return kBackStates[static_cast<std::size_t>(state_)];
}

Turn<BackStep> ImapBack::on(BackInput input, Reply& reply) {
  return std::visit([&](auto& one) { return hear(std::move(one), reply); }, input);
}

Turn<BackStep> ImapBack::hear(Octets octets, Reply& reply) {
  if (octets.data.empty() || state_ == State::Upgrading || state_ == State::Ended) return {Read{}};
  const std::size_t room = login_.reply_octets - std::min(heard_, login_.reply_octets);
  auto parsed = imap::parse_response(octets.data, room);
  if (std::holds_alternative<grammar::NeedMore>(parsed)) return {Read{}};
  if (const auto* bad = std::get_if<grammar::Malformed>(&parsed)) {
    return {fail(Failure::BackendProtocol, std::string(bad->reason))};
  }
  auto& done = std::get<grammar::Done<imap::Response>>(parsed);
  heard_ += done.consumed;
  const Seen seen{std::move(done.value), done.consumed < octets.data.size()};
  return {on_response(seen, reply), done.consumed};
}

Turn<BackStep> ImapBack::hear(BackTlsUp, Reply& reply) {
  check(state_ == State::Upgrading, "TLS is up where it was wanted");
  // What was shown in clear may have been anybody's.
  capabilities_.reset();
  return {prepare(reply)};
}

Turn<BackStep> ImapBack::hear(PeerEnded, Reply&) {
  return {fail(Failure::BackendUnreachable, "the backend closed the connection")};
}

BackStep ImapBack::on_response(const Seen& seen, Reply& reply) {
  if (state_ == State::AwaitingGreeting) return on_greeting(seen, reply);
  if (const auto* tagged = std::get_if<imap::Tagged>(&seen.response)) {
    return on_tagged(*tagged, seen, reply);
  }
  if (std::holds_alternative<imap::Continuation>(seen.response)) {
    return on_continuation(seen, reply);
  }
  if (const auto* status = std::get_if<imap::Status>(&seen.response)) {
    if (status->condition == imap::Condition::Bye) {
      return refused(Failure::BackendBusy, "BYE", status->text);
    }
    if (status->condition == imap::Condition::Preauth) {
      return fail(Failure::BackendProtocol, "PREAUTH is no answer");
    }
  }
  // Untagged responses are read past, but for what they say of capabilities.
  auto shown = imap::capabilities_of(seen.response);
  if (!shown.empty()) capabilities_ = std::move(shown);
  return Read{};
}

BackStep ImapBack::on_greeting(const Seen& seen, Reply& reply) {
  const auto* status = std::get_if<imap::Status>(&seen.response);
  if (status == nullptr) return fail(Failure::BackendProtocol, "this is no greeting");
  if (status->condition == imap::Condition::Bye) {
    return refused(Failure::BackendBusy, "BYE", status->text);
  }
  // PREAUTH would be somebody else's session, and forbids STARTTLS (ST14).
  if (status->condition != imap::Condition::Ok) {
    return fail(Failure::BackendProtocol, "the greeting is not OK");
  }
  // Nothing was asked yet (BE3).
  if (seen.more_behind) return fail(Failure::BackendProtocol, "octets behind the greeting");
  if (login_.tls == BackLogin::Tls::StartTls) {
    awaited_tag_ = next_tag();
    reply.say({imap::encode_bare(awaited_tag_, "STARTTLS")});
    state_ = State::AwaitingStartTls;
    return Read{};
  }
  auto shown = imap::capabilities_of(seen.response);
  if (!shown.empty()) capabilities_ = std::move(shown);
  return prepare(reply);
}

BackStep ImapBack::on_tagged(const imap::Tagged& tagged, const Seen& seen, Reply& reply) {
  if (tagged.tag != awaited_tag_) {
    return fail(Failure::BackendProtocol, "an answer to nothing asked");
  }
  switch (state_) {
    case State::AwaitingStartTls: return on_start_tls(tagged, seen);
    case State::AwaitingCapabilities: return on_capabilities(seen, reply);
    case State::AwaitingIdentified: return on_identified(seen, reply);
    case State::AwaitingLogin: return on_login(tagged, seen);
    case State::AwaitingGreeting:
    case State::Upgrading:
    case State::Ended: break;
  }
  return fail(Failure::BackendProtocol, "an answer where none is awaited");
}

BackStep ImapBack::on_capabilities(const Seen& seen, Reply& reply) {
  if (seen.more_behind) return fail(Failure::BackendProtocol, "octets nobody asked for");
  auto shown = imap::capabilities_of(seen.response);
  if (!shown.empty()) capabilities_ = std::move(shown);
  if (!capabilities_) capabilities_.emplace();
  return introduce(reply);
}

// Whatever ID was answered, the login goes on.
BackStep ImapBack::on_identified(const Seen& seen, Reply& reply) {
  if (login_tag_.empty()) {
    if (seen.more_behind) return fail(Failure::BackendProtocol, "octets nobody asked for");
    return log_in(reply);
  }
  awaited_tag_ = std::exchange(login_tag_, {});
  capabilities_.reset();
  state_ = State::AwaitingLogin;
  return Read{};
}

BackStep ImapBack::on_continuation(const Seen& seen, Reply& reply) {
  const bool in_login = state_ == State::AwaitingLogin && !seen.more_behind;
  if (in_login && pieces_.empty() && shows_a_token() && !token_error_) {
    return on_token_refused(std::get<imap::Continuation>(seen.response), reply);
  }
  if (!in_login || pieces_.empty()) {
    return fail(Failure::BackendProtocol, "a continuation request that nobody waits for");
  }
  say_piece(reply);
  return Read{};
}

// RFC 7628 §3.2.3: after the token a challenge is an error, whose answer says nothing; the verdict
// follows. XOAUTH2 wants an empty line there.
BackStep ImapBack::on_token_refused(const imap::Continuation& said, Reply& reply) {
  const auto decoded = grammar::base64::decode(said.text, kTokenErrorOctets);
  const bool by_rfc = login_.method == BackLogin::Method::OAuthBearer;
  const bool is_told = decoded && !decoded->empty() && is_printable(decoded->view());
  token_error_ = is_told ? decoded->view() : by_rfc ? kInvalidToken : kUnauthorized;
  reply.line({by_rfc ? "AQ==" : ""});
  return Read{};
}

BackStep ImapBack::on_start_tls(const imap::Tagged& tagged, const Seen& seen) {
  if (tagged.condition != imap::Condition::Ok) {
    return fail(Failure::BackendTls, "the backend refused STARTTLS");
  }
  // In clear behind the OK: somebody wants it to be read as if it came inside TLS (CVE-2021-38371).
  if (seen.more_behind) return fail(Failure::BackendProtocol, "octets behind STARTTLS");
  state_ = State::Upgrading;
  return StartTls{};
}

BackStep ImapBack::on_login(const imap::Tagged& tagged, const Seen& seen) {
  const imap::ResponseText& said = tagged.text;
  if (tagged.condition == imap::Condition::No) {
    BackRefused no = refused(meaning_of(said), "NO", said);
    no.of_user = said.code == "INUSE" || said.code == "LIMIT";
    if (no.failure == Failure::BackendReferral) no.referral = said.arguments;
    return no;
  }
  if (tagged.condition == imap::Condition::Bad) {
    BackRefused bad = refused(Failure::BackendProtocol, "BAD", said);
    bad.of_user = true;  // what he typed may be more than it takes
    return bad;
  }
  // A backend that says yes before it knows the password says it to anybody (BE4).
  if (!pieces_.empty()) return fail(Failure::BackendProtocol, "OK before the password was sent");
  if (token_error_) return fail(Failure::BackendProtocol, "OK after an error of the token");
  auto shown = imap::capabilities_of(seen.response);
  if (shown.empty() && capabilities_) shown = std::move(*capabilities_);
  state_ = State::Ended;
  return LoggedIn{{printable(said.text), std::move(shown)}};
}

BackRefused ImapBack::fail(Failure failure, std::string reason) {
  state_ = State::Ended;
  pieces_.clear();
  login_.password.clear();
  const bool of_token = failure == Failure::BackendRefusedLogin && token_error_;
  BackRefused out{failure, std::move(reason)};
  if (of_token) out.sasl_error = std::move(*token_error_);
  return out;
}

// By an answer of the backend's own.
BackRefused ImapBack::refused(Failure failure, std::string_view answer,
                              const imap::ResponseText& said) {
  BackRefused out = fail(failure, reason_of(answer, said));
  out.text = printable(said.text);
  return out;
}

}  // namespace postern::dialogue
