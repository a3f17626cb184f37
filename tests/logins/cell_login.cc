#include "tests/logins/cell_login.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "proxy/dialogue/imap_back.h"
#include "proxy/dialogue/imap_front.h"
#include "proxy/grammar/base64.h"
#include "proxy/policy/auth_chain.h"
#include "proxy/session/back_login.h"
#include "proxy/session/question.h"

namespace postern::logins {

namespace {

using dialogue::ImapBack;
using dialogue::ImapFront;

std::string encoded(std::string_view text) { return grammar::base64::encode(text); }

// What a client says after the front's greeting.
std::string words_of(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::Plain:
      return "a AUTHENTICATE PLAIN " + encoded(std::string_view("\0joe\0s3cret", 11));
    case Mechanism::Login: return "a LOGIN joe s3cret";
    case Mechanism::CramMd5:
      return "a AUTHENTICATE CRAM-MD5\r\n" + encoded("joe " + std::string(32, 'a'));
    case Mechanism::External: return "a AUTHENTICATE EXTERNAL " + encoded("joe");
    case Mechanism::XOAuth2:
      return "a AUTHENTICATE XOAUTH2 " + encoded(
                                             "user=joe\x01"
                                             "auth=Bearer t0ken\x01\x01");
    case Mechanism::OAuthBearer:
      return "a AUTHENTICATE OAUTHBEARER " + encoded(
                                                 "n,a=joe,\x01"
                                                 "auth=Bearer t0ken\x01\x01");
  }
  return {};
}

std::optional<dialogue::Evidence> converse(MechanismSet offered, Mechanism mechanism) {
  dialogue::Offer offer;
  offer.mechanisms = offered;
  offer.tls = dialogue::Offer::Tls::Established;
  offer.login_allowed = true;
  ImapFront front(std::move(offer), {}, "<1.2@mail.example.com>");
  dialogue::Reply reply;
  (void)front.greet(reply);
  const std::string said = words_of(mechanism) + "\r\n";
  std::string_view inbox = said;
  while (!inbox.empty()) {
    auto turn = front.on(dialogue::Octets{inbox}, reply);
    if (auto* attempt = std::get_if<dialogue::Attempt>(&turn.step)) {
      return std::move(attempt->evidence);
    }
    if (turn.consumed == 0) break;
    inbox.remove_prefix(turn.consumed);
  }
  return std::nullopt;
}

session::Identity judge(const Cell& cell, dialogue::Evidence evidence, bool returns_password) {
  const auto& server = *cell.only<config::Server>();
  // One `backend` alone is as no provider, and then there is no resource.
  const config::Provider pod;
  const auto* provider = cell.only<config::Provider>();
  if (!provider || std::holds_alternative<config::BackendProvider>(provider->kind)) {
    auto own = session::identity_of_evidence(std::move(evidence), server);
    EXPECT_TRUE(own.has_value());
    return own ? std::move(*own) : session::Identity{};
  }
  const policy::AuthChain chain({provider}, session::shown_by(evidence, server).mechanism, "joe");
  EXPECT_EQ(chain.asked(), provider);
  policy::Accept accept{.user = "joe"};
  if (returns_password) accept.password = Secret("r3turned");
  return session::identity_of_answer(std::move(evidence), std::move(accept), server, *provider);
}

std::string in_words(std::string_view secret) {
  if (secret == "s3cret") return "his password";
  if (secret == "r3turned") return "the returned password";
  if (secret == "t0ken") return "his token";
  return secret == "m4ster" ? "the master's password" : "?";
}

// "AUTHENTICATE PLAIN base64" of what the back said, for people.
std::string read(std::string_view said) {
  const std::size_t at = said.find("AUTHENTICATE ");
  if (at == std::string_view::npos) return "?";
  said = said.substr(at + 13);
  const std::string mechanism(said.substr(0, said.find(' ')));
  const std::string_view base64 =
      said.substr(mechanism.size() + 1, said.find('\r') - mechanism.size() - 1);
  const auto decoded = grammar::base64::decode(base64, 4096);
  if (!decoded) return "?";
  const std::string_view message = decoded->view();
  if (mechanism == "EXTERNAL") return fmt::format("EXTERNAL for {}", message);
  if (mechanism != "PLAIN") {
    const bool is_his =
        message.find("joe") != message.npos && message.find("t0ken") != message.npos;
    return mechanism + (is_his ? ", joe, his token" : "?");
  }
  const std::size_t first = message.find('\0');
  const std::size_t second = message.find('\0', first + 1);
  const std::string_view authzid = message.substr(0, first);
  const std::string_view name = message.substr(first + 1, second - first - 1);
  const std::string as = authzid.empty() ? "" : fmt::format(" for {}", authzid);
  return fmt::format("PLAIN, {}{}, {}", name, as, in_words(message.substr(second + 1)));
}

config::Snapshot snapshot_of(const Cell& cell) {
  config::Snapshot::Resources all;
  for (const config::Resource& one : cell.resources) {
    all[one.key()] = std::make_shared<const config::Resource>(one);
  }
  return {"1", std::move(all)};
}

}  // namespace

Ended log_in(const Cell& cell, Mechanism mechanism) {
  Ended out;
  const auto& server = *cell.only<config::Server>();
  const auto& port = cell.only<config::Backend>()->ports.at(0);
  const config::Snapshot snapshot = snapshot_of(cell);
  const MechanismSet offered = server.protocols.at(0).mechanisms;
  std::optional<session::Identity> who;
  for (const bool returns : {false, true}) {
    auto evidence = converse(offered, mechanism);
    if (!evidence) return out;
    who = judge(cell, std::move(*evidence), returns);
    out.returned = returns;
    if (!session::objection_to_login(*who, port, snapshot)) break;
  }
  if (session::objection_to_login(*who, port, snapshot)) return out;
  dialogue::BackLogin login = session::back_login_of(*who, port, snapshot);
  login.tls = dialogue::BackLogin::Tls::Established;
  login.tag = "t";
  ImapBack back(std::move(login));
  dialogue::Reply reply;
  (void)back.on(dialogue::Octets{"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n"}, reply);
  out.words = read(reply.view());
  return out;
}

}  // namespace postern::logins
