#include "proxy/dialogue/imap_front.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "proxy/dialogue/capabilities.h"
#include "proxy/dialogue/imap_words.h"
#include "proxy/grammar/base64.h"

namespace postern::dialogue {

namespace imap = grammar::imap;

namespace {

constexpr const char* kFrontStates[] = {
    "AwaitingCommand",         "AwaitingSasl", "Upgrading", "Attempting",
    "AwaitingAcknowledgement", "Ended"};

}  // namespace

ImapFront::ImapFront(Offer offer, FrontLimits limits, std::string cram_challenge)
    : limits_(limits), cram_challenge_(std::move(cram_challenge)), reader_(limits.command_octets) {
  take(std::move(offer));
}

void ImapFront::take(Offer offer) {
  offer_ = std::move(offer);
  if (cram_challenge_.empty()) offer_.mechanisms.remove(Mechanism::CramMd5);
}

const char* ImapFront::state() const {
  static_assert(std::size(kFrontStates) == std::variant_size_v<State>);
  return kFrontStates[state_.index()];
}

Turn<FrontStep> ImapFront::greet(Reply& reply) {
  reply.line({"* OK ", offer_.greeting});
  return {Read{}};
}

Turn<FrontStep> ImapFront::on(FrontInput input, Reply& reply) {
  return std::visit([&](auto& one) { return hear(std::move(one), reply); }, input);
}

Turn<FrontStep> ImapFront::hear(Octets octets, Reply& reply) {
  if (octets.data.empty()) return {Read{}};
  if (std::holds_alternative<AwaitingCommand>(state_)) return hear_command(octets.data, reply);
  const bool awaits_line = std::holds_alternative<AwaitingSasl>(state_) ||
                           std::holds_alternative<AwaitingAcknowledgement>(state_);
  if (awaits_line) return hear_line(octets.data, reply);
  return {Read{}};  // until the verdict, or the handshake, nothing is read
}

// RFC 9051 §6.2.1: nothing that was said in clear counts any more, but who was a nuisance before
// is one still.
Turn<FrontStep> ImapFront::hear(TlsUp up, Reply&) {
  take(std::move(up.offer));
  reader_ = imap::CommandReader(limits_.command_octets);
  ttl_.reset();
  state_ = AwaitingCommand{};
  return {Read{}};
}

Turn<FrontStep> ImapFront::hear(Refused refused, Reply& reply) {
  const auto* attempting = std::get_if<Attempting>(&state_);
  std::string tag = attempting != nullptr ? attempting->tag : std::string("*");
  if (!refused.sasl_error.empty()) {
    reply.line({"+ ", grammar::base64::encode(refused.sasl_error)});
    state_ = AwaitingAcknowledgement{std::move(tag), std::move(refused)};
    return {Read{}};
  }
  return {refuse(tag, refused, reply)};
}

Turn<FrontStep> ImapFront::hear(Admitted admitted, Reply& reply) {
  const auto* attempting = std::get_if<Attempting>(&state_);
  const std::string list = imap_capabilities_after_login(admitted.welcome.capabilities);
  const std::string text = fit_for_reply(admitted.welcome.text, "Logged in");
  reply.say({attempting != nullptr ? ByteView(attempting->tag) : "*", " OK "});
  if (!list.empty()) reply.say({"[CAPABILITY ", list, "] "});
  reply.line({text});
  state_ = Ended{};
  return {Relay{}};
}

Turn<FrontStep> ImapFront::hear(Expired, Reply& reply) {
  return {bye(Failure::ClientTimeout, reply)};
}

Turn<FrontStep> ImapFront::hear(Draining draining, Reply& reply) {
  return {bye(draining.failure, reply)};
}

Turn<FrontStep> ImapFront::hear(PeerEnded, Reply&) { return {close(Failure::ClientWentAway)}; }

// One command a call, so that a full reply stops us between two commands.
Turn<FrontStep> ImapFront::hear_command(ByteView data, Reply& reply) {
  imap::CommandRead read = reader_.read(data);
  Turn<FrontStep> turn{Read{}, read.consumed};
  if (auto* command = std::get_if<imap::Command>(&read.event)) {
    // Octets that came in clear behind STARTTLS were put there by somebody else, or are lost
    // (CVE-2011-0411): the session ends.
    const bool waiting = command->verb == imap::Verb::StartTls && read.consumed < data.size() &&
                         allowed(When::TlsOffered);
    if (waiting) {
      reply.line({command->tag, " BAD [CLIENTBUG] Octets behind STARTTLS"});
      turn.step = bye(Failure::ClientSyntax, reply);
    } else {
      turn.step = on_command(std::move(*command), reply);
    }
  } else if (const auto* literal = std::get_if<imap::LiteralAnnounced>(&read.event)) {
    turn.step = on_literal(*literal, reply);
  } else if (const auto* bad = std::get_if<imap::BadCommand>(&read.event)) {
    turn.step = on_bad(*bad, reply);
  }
  return turn;
}

// A line of SASL, or the acknowledgement of its error. Bounded whatever the cut: a line end behind
// the bound does not count.
Turn<FrontStep> ImapFront::hear_line(ByteView data, Reply& reply) {
  const ByteView looked_at = data.substr(0, limits::kSaslLineOctets + 2);
  const std::size_t feed = looked_at.find('\n');
  if (feed == ByteView::npos) {
    if (looked_at.size() < limits::kSaslLineOctets + 2) return {Read{}};
    return {bye(Failure::ClientLineTooLong, reply), looked_at.size()};
  }
  // A bare LF stays in the line and is no base64.
  const bool strict = feed > 0 && data[feed - 1] == '\r';
  return {on_line(data.substr(0, strict ? feed - 1 : feed + 1), reply), feed + 1};
}

FrontStep ImapFront::on_line(ByteView line, Reply& reply) {
  if (auto* error = std::get_if<AwaitingAcknowledgement>(&state_)) {
    const AwaitingAcknowledgement told = std::move(*error);
    return refuse(told.tag, told.refused, reply);
  }
  AwaitingSasl now = std::move(std::get<AwaitingSasl>(state_));
  grammar::SaslStep step = now.exchange.next(line);
  return on_sasl(std::move(now.tag), std::move(now.exchange), std::move(step), reply);
}

FrontStep ImapFront::on_sasl(std::string tag, grammar::SaslExchange exchange,
                             grammar::SaslStep step, Reply& reply) {
  if (auto* evidence = std::get_if<Evidence>(&step)) {
    return attempt(std::move(tag), std::move(*evidence));
  }
  if (const auto* more = std::get_if<grammar::SaslNeedLine>(&step)) {
    reply.line({"+ ", more->challenge});
    state_ = AwaitingSasl{std::move(tag), std::move(exchange)};
    return Read{};
  }
  const auto& bad = std::get<grammar::SaslBad>(step);
  state_ = AwaitingCommand{};
  if (bad.kind == grammar::SaslBad::Kind::Unacceptable) return refuse_unacceptable(tag, reply);
  return object(tag, bad.reason, reply);
}

FrontStep ImapFront::attempt(std::string tag, Evidence evidence) {
  state_ = Attempting{std::move(tag)};
  return Attempt{std::move(evidence), ttl_};
}

FrontStep ImapFront::refuse(std::string_view tag, const Refused& refused, Reply& reply) {
  const FailureRow& row = row_of(refused.failure);
  reply.line({tag, " ", reworded(row.imap, refused.text)});
  const bool wrong = refused.failure == Failure::CredentialsRefused ||
                     refused.failure == Failure::BackendRefusedLogin;
  if (wrong && ++failures_ >= limits_.failures) return bye(Failure::ClientTooManyFailures, reply);
  if (refused.last) return close(refused.failure);
  if (row.retry != Retry::SameConnection) return bye(refused.failure, reply);
  state_ = AwaitingCommand{};
  return Read{};
}

// Credentials that nobody can have (R4) are wrong ones, and nobody is asked.
FrontStep ImapFront::refuse_unacceptable(std::string_view tag, Reply& reply) {
  return refuse(tag, Refused{}, reply);
}

FrontStep ImapFront::deny(std::string_view tag, Failure failure, Reply& reply) {
  reply.line({tag, " ", row_of(failure).imap});
  return count_error(reply);
}

FrontStep ImapFront::object(std::string_view tag, std::string_view reason, Reply& reply) {
  reply.line({tag.empty() ? "*" : tag, " BAD [CLIENTBUG] ", reason});
  return count_error(reply);
}

FrontStep ImapFront::count_error(Reply& reply) {
  if (++errors_ >= limits_.errors) return bye(Failure::ClientTooManyErrors, reply);
  return Read{};
}

bool ImapFront::count_command() { return ++commands_ <= limits_.commands; }

// While the handshake runs there is no channel for words: they would be read as a record.
FrontStep ImapFront::bye(Failure failure, Reply& reply) {
  if (!std::holds_alternative<Upgrading>(state_)) {
    reply.line({"* BYE ", without_status(row_of(failure).imap)});
  }
  return close(failure);
}

FrontStep ImapFront::close(Failure failure) {
  state_ = Ended{};
  return Close{failure};
}

}  // namespace postern::dialogue
