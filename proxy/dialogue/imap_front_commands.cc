// What each command of the table does; the rest of ImapFront is in imap_front.cc.
#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base/ascii.h"
#include "proxy/dialogue/capabilities.h"
#include "proxy/dialogue/imap_front.h"

namespace postern::dialogue {

namespace imap = grammar::imap;
using imap::Verb;

// Everything that an unauthenticated client may say. What is not here does not exist (CL-13).
const ImapFront::Row ImapFront::kRows[] = {
    {Verb::Capability, When::Always, &ImapFront::capability},
    {Verb::Noop, When::Always, &ImapFront::noop},
    {Verb::Logout, When::Always, &ImapFront::logout},
    {Verb::Id, When::Always, &ImapFront::id},
    {Verb::StartTls, When::TlsOffered, &ImapFront::start_tls},
    {Verb::Login, When::LoginAllowed, &ImapFront::login},
    {Verb::Authenticate, When::LoginAllowed, &ImapFront::authenticate},
};

namespace {

// First words of protocols that a browser can be made to speak here, with a command of ours in the
// body (ALPACA; Topf 2001). They are legal tags, and no mail program counts like that.
constexpr std::string_view kForeign[] = {"GET",     "HEAD",    "POST", "PUT",  "DELETE",
                                         "PATCH",   "TRACE",   "PRI",  "EHLO", "HELO",
                                         "CONNECT", "OPTIONS", "LHLO"};

bool is_foreign(std::string_view tag) {
  return std::any_of(std::begin(kForeign), std::end(kForeign),
                     [&](std::string_view word) { return equal_ignoring_case(tag, word); });
}

// A number, whatever its size; nothing for what is none.
std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

const ImapFront::Row* ImapFront::row_for(Verb verb) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& one) { return one.verb == verb; });
  return row == std::end(kRows) ? nullptr : row;
}

bool ImapFront::allowed(When when) const {
  switch (when) {
    case When::Always: return true;
    case When::TlsOffered: return offer_.tls == Offer::Tls::Offered;
    case When::LoginAllowed: return offer_.login_allowed;
  }
  return false;
}

FrontStep ImapFront::on_command(imap::Command command, Reply& reply) {
  if (!count_command()) return bye(Failure::ClientTooManyCommands, reply);
  if (is_foreign(command.tag)) return bye(Failure::ClientSyntax, reply);
  const Row* row = row_for(command.verb);
  if (row == nullptr) {
    // Nobody begins with what we do not know but who takes us for something else.
    const bool first = commands_ == 1;
    FrontStep step = object(command.tag, "Unknown command", reply);
    if (first && std::holds_alternative<Read>(step)) return bye(Failure::ClientSyntax, reply);
    return step;
  }
  if (allowed(row->when)) return (this->*row->proceed)(std::move(command), reply);
  if (row->when == When::LoginAllowed) return deny(command.tag, Failure::TlsRequired, reply);
  return object(command.tag, "TLS is not available now", reply);
}

// Decided before the client is invited: a name or a password that we would refuse must not cross
// the network (RFC 9051 §6.2.3, DG2), and no size is taken on trust (LI1).
FrontStep ImapFront::on_literal(const imap::LiteralAnnounced& literal, Reply& reply) {
  const Row* row = row_for(literal.verb);
  const bool taken = row != nullptr && allowed(row->when);
  const bool passwords = literal.verb != Verb::Login || takes_passwords(offer_);
  const bool foreign = is_foreign(literal.tag) || (row == nullptr && commands_ == 0);
  if (taken && passwords && !foreign && literal.size <= literal.most) {
    reader_.accept_literal();
    if (literal.mode == imap::LiteralMode::Synchronising) reply.line({"+ OK"});
    return Read{};
  }
  const bool in_bounds = count_command();
  if (!reader_.refuse_literal()) return bye(Failure::ClientLineTooLong, reply);
  if (!in_bounds) return bye(Failure::ClientTooManyCommands, reply);
  if (foreign) return bye(Failure::ClientSyntax, reply);
  if (row == nullptr) return object(literal.tag, "Unknown command", reply);
  if (!taken && row->when == When::LoginAllowed) {
    return deny(literal.tag, Failure::TlsRequired, reply);
  }
  if (!passwords) return deny(literal.tag, Failure::MechanismRefused, reply);
  if (!taken) return object(literal.tag, "TLS is not available now", reply);
  return deny(literal.tag, Failure::ClientLineTooLong, reply);
}

FrontStep ImapFront::on_bad(const imap::BadCommand& bad, Reply& reply) {
  if (!count_command()) return bye(Failure::ClientTooManyCommands, reply);
  const bool no_imap = is_foreign(bad.tag) || (bad.tag.empty() && commands_ == 1);
  if (no_imap) return bye(Failure::ClientSyntax, reply);
  if (!bad.closes()) return object(bad.tag, bad.reason, reply);
  const std::string_view words = row_of(Failure::ClientLineTooLong).imap;
  reply.line({bad.tag.empty() ? "*" : ByteView(bad.tag), " ", words});
  return bye(Failure::ClientLineTooLong, reply);
}

FrontStep ImapFront::capability(imap::Command command, Reply& reply) {
  reply.line({"* CAPABILITY ", imap_capabilities(offer_)});
  reply.line({command.tag, " OK completed"});
  return Read{};
}

FrontStep ImapFront::noop(imap::Command command, Reply& reply) {
  reply.line({command.tag, " OK completed"});
  return Read{};
}

FrontStep ImapFront::logout(imap::Command command, Reply& reply) {
  reply.line({"* BYE ", without_status(row_of(Failure::None).imap)});
  reply.line({command.tag, " OK completed"});
  return close(Failure::None);
}

// RFC 2971 §3: a name and no version, which would only help who looks for old ones. Of what the
// client says one thing is kept: how far a proxy before us still lets the session go.
FrontStep ImapFront::id(imap::Command command, Reply& reply) {
  const auto& arguments = std::get<imap::IdArguments>(command.arguments);
  for (const auto& [key, value] : arguments.pairs) {
    if (!value || !equal_ignoring_case(key, "x-proxy-ttl")) continue;
    const auto claimed = number_in(*value);
    if (claimed) ttl_ = std::min(ttl_.value_or(*claimed), *claimed);
  }
  reply.line({"* ID (\"name\" \"Postern\")"});
  reply.line({command.tag, " OK completed"});
  return Read{};
}

FrontStep ImapFront::start_tls(imap::Command command, Reply& reply) {
  reply.line({command.tag, " OK Begin TLS negotiation now"});
  state_ = Upgrading{};
  return StartTls{};
}

FrontStep ImapFront::login(imap::Command command, Reply& reply) {
  if (!takes_passwords(offer_)) return deny(command.tag, Failure::MechanismRefused, reply);
  auto& shown = std::get<imap::LoginArguments>(command.arguments);
  if (grammar::objection_to_name(shown.name) ||
      grammar::objection_to_password(shown.password.reveal())) {
    return refuse_unacceptable(command.tag, reply);
  }
  PasswordEvidence evidence{Mechanism::Login, {}, std::move(shown.name), std::move(shown.password)};
  return attempt(std::move(command.tag), std::move(evidence));
}

FrontStep ImapFront::authenticate(imap::Command command, Reply& reply) {
  auto& arguments = std::get<imap::AuthenticateArguments>(command.arguments);
  const auto mechanism = mechanism_named(arguments.mechanism);
  if (!mechanism || !offer_.accepts(*mechanism)) {
    return deny(command.tag, Failure::MechanismRefused, reply);
  }
  const bool challenged = *mechanism == Mechanism::CramMd5;
  grammar::SaslExchange exchange(*mechanism, challenged ? cram_challenge_ : std::string());
  std::optional<ByteView> response;
  if (arguments.initial_response) response = arguments.initial_response->reveal();
  grammar::SaslStep step = exchange.start(response);
  return on_sasl(std::move(command.tag), std::move(exchange), std::move(step), reply);
}

}  // namespace postern::dialogue
