// What ImapBack says, and in which form; what it believes is in imap_back.cc.
#include <algorithm>
#include <string>
#include <utility>

#include "proxy/dialogue/imap_back.h"

namespace postern::dialogue {

namespace imap = grammar::imap;

namespace {

imap::IdPairs pairs_of(const Introduction& introduction) {
  imap::IdPairs pairs;
  const auto add = [&](std::string_view key, std::string value) {
    if (!value.empty()) pairs.emplace_back(key, std::move(value));
  };
  const auto add_port = [&](std::string_view key, std::uint16_t port) {
    if (port != 0) pairs.emplace_back(key, std::to_string(port));
  };
  add("x-originating-ip", introduction.originating_ip);
  add_port("x-originating-port", introduction.originating_port);
  add("x-connected-ip", introduction.connected_ip);
  add_port("x-connected-port", introduction.connected_port);
  add("x-session-id", introduction.session_id);
  pairs.emplace_back("x-proxy-ttl", std::to_string(std::max(introduction.ttl, 1U) - 1));
  return pairs;
}

}  // namespace

std::string ImapBack::next_tag() { return login_.tag + std::to_string(++tags_); }

bool ImapBack::shows(std::string_view capability) const {
  return capabilities_ && imap::has_capability(*capabilities_, capability);
}

// One round trip is saved where what is not known changes nothing: two quoted strings are taken
// everywhere.
bool ImapBack::must_know_capabilities() const {
  return login_.introduction || !login_.authzid.empty() ||
         login_.method != BackLogin::Method::Password ||
         login_.mechanism == BackLogin::PasswordMechanism::Plain ||
         !imap::can_be_quoted(login_.name) || !imap::can_be_quoted(login_.password.reveal());
}

bool ImapBack::wants_plain() const {
  if (!login_.authzid.empty()) return true;  // LOGIN has no place for it
  switch (login_.mechanism) {
    case BackLogin::PasswordMechanism::Plain: return true;
    case BackLogin::PasswordMechanism::Login: return false;
    case BackLogin::PasswordMechanism::Auto: return shows("SASL-IR") && shows("AUTH=PLAIN");
  }
  return false;
}

// Concerns LOGIN alone.
bool ImapBack::takes_no_password() const {
  return login_.method == BackLogin::Method::Password && !wants_plain() && shows("LOGINDISABLED");
}

bool ImapBack::shows_a_token() const {
  return login_.method == BackLogin::Method::XOAuth2 ||
         login_.method == BackLogin::Method::OAuthBearer;
}

// The channel is as it shall be: log in, after asking what must be known.
BackStep ImapBack::prepare(Reply& reply) {
  if (capabilities_ || !must_know_capabilities()) return introduce(reply);
  awaited_tag_ = next_tag();
  reply.say({imap::encode_bare(awaited_tag_, "CAPABILITY")});
  state_ = State::AwaitingCapabilities;
  return Read{};
}

BackStep ImapBack::introduce(Reply& reply) {
  if (takes_no_password()) return fail(Failure::BackendTls, "the backend announces LOGINDISABLED");
  if (!login_.introduction || !shows("ID")) return log_in(reply);
  say_introduction(reply);
  state_ = State::AwaitingIdentified;
  if (!login_.pipelining) return Read{};
  // One write (BE-4): the login follows at once, its answer is the next but one.
  login_tag_ = next_tag();
  pieces_ = login_pieces(login_tag_);
  login_.password.clear();
  say_piece(reply);
  return Read{};
}

BackStep ImapBack::log_in(Reply& reply) {
  awaited_tag_ = next_tag();
  pieces_ = login_pieces(awaited_tag_);
  login_.password.clear();
  // From here on it shows what holds after login.
  capabilities_.reset();
  state_ = State::AwaitingLogin;
  say_piece(reply);
  return Read{};
}

void ImapBack::say_introduction(Reply& reply) {
  awaited_tag_ = next_tag();
  reply.say({imap::encode_id(awaited_tag_, pairs_of(*login_.introduction))});
}

void ImapBack::say_piece(Reply& reply) {
  credentials_said_ = true;
  reply.say({pieces_.front().reveal()});
  pieces_.erase(pieces_.begin());
}

std::vector<Secret> ImapBack::login_pieces(ByteView tag) const {
  const ByteView secret = login_.password.reveal();
  switch (login_.method) {
    case BackLogin::Method::XOAuth2:
      return sasl_pieces(tag, "XOAUTH2", grammar::encode_xoauth2(login_.name, secret));
    case BackLogin::Method::OAuthBearer:
      return sasl_pieces(tag, "OAUTHBEARER", grammar::encode_oauthbearer(login_.name, secret));
    case BackLogin::Method::External:
      return sasl_pieces(tag, "EXTERNAL", grammar::encode_external(login_.authzid));
    case BackLogin::Method::Password: break;
  }
  if (wants_plain()) {
    return sasl_pieces(tag, "PLAIN", grammar::encode_plain(login_.authzid, login_.name, secret));
  }
  // RFC 7888 §5: LITERAL- takes the same form up to 4096 octets, and none of ours is longer.
  return imap::encode_login(tag, {login_.name, secret}, shows("LITERAL+") || shows("LITERAL-"));
}

std::vector<Secret> ImapBack::sasl_pieces(ByteView tag, std::string_view mechanism,
                                          const Secret& response) const {
  std::vector<Secret> pieces;
  if (shows("SASL-IR")) {
    pieces.push_back(imap::encode_authenticate(tag, mechanism, response.reveal()));
    return pieces;
  }
  pieces.push_back(imap::encode_authenticate(tag, mechanism, std::nullopt));
  std::string line(response.reveal());
  line += "\r\n";
  pieces.emplace_back(line);
  wipe(line.data(), line.size());
  return pieces;
}

}  // namespace postern::dialogue
