// FrontPlay: an ImapFront that hears octets in pieces of any sizes and is given the same verdicts
// in the same order. What it says and wants is one transcript, so that two plays can be compared.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "proxy/dialogue/imap_front.h"

namespace postern::dialogue {

inline Offer offer_in_tls() {
  Offer offer;
  offer.greeting = "ready";
  offer.capabilities = {"IMAP4rev1", "ID", "LITERAL+"};
  offer.mechanisms = {Mechanism::Plain,    Mechanism::Login,   Mechanism::CramMd5,
                      Mechanism::External, Mechanism::XOAuth2, Mechanism::OAuthBearer};
  offer.tls = Offer::Tls::Established;
  offer.login_allowed = true;
  return offer;
}

class FrontPlay {
 public:
  explicit FrontPlay(FrontLimits limits = {}) : front_(offer_in_tls(), limits, "<1.2@test>") {
    Reply reply;
    (void)front_.greet(reply);
    said_ = transcript_ = reply.view();
  }

  // All octets, cut as `next_size` says; ends early when the front has no more to hear.
  void hear(ByteView octets, const std::function<std::size_t()>& next_size) {
    while (!octets.empty() && !over_) {
      const ByteView piece = octets.substr(0, std::max<std::size_t>(next_size(), 1));
      octets.remove_prefix(piece.size());
      inbox_ += piece;
      settle();
    }
  }

  [[nodiscard]] const std::string& transcript() const { return transcript_; }
  [[nodiscard]] const std::string& said() const { return said_; }
  [[nodiscard]] int attempts() const { return attempts_; }
  [[nodiscard]] const std::string& secrets() const { return secrets_; }
  [[nodiscard]] bool over() const { return over_; }

 private:
  void settle() {
    while (!over_) {
      const std::size_t consumed = give(Octets{inbox_});
      if (consumed == 0 || inbox_.empty()) return;
    }
  }

  std::size_t give(FrontInput input) {
    Reply reply;
    auto turn = front_.on(std::move(input), reply);
    inbox_.erase(0, turn.consumed);
    said_ += reply.view();
    transcript_ += reply.view();
    if (const auto* attempt = std::get_if<Attempt>(&turn.step)) {
      note(*attempt);
      // Every third one meets an outage, every fifth an error challenge, the others are wrong.
      Refused no;
      if (attempts_ % 3 == 0) no.failure = Failure::BackendUnreachable;
      if (attempts_ % 5 == 0) no.sasl_error = "{}";
      (void)give(std::move(no));
    } else if (const auto* close = std::get_if<Close>(&turn.step)) {
      transcript_ += std::string(">> close ") + std::string(row_of(close->failure).name);
      over_ = true;
    }
    return turn.consumed;
  }

  void note(const Attempt& attempt) {
    ++attempts_;
    transcript_ += ">> attempt ";
    if (const auto* shown = std::get_if<PasswordEvidence>(&attempt.evidence)) {
      transcript_ += shown->name + " " + std::string(shown->password.reveal());
      secrets_ = shown->password.reveal();
    }
    transcript_ += "\n";
  }

  ImapFront front_;
  std::string inbox_;
  std::string said_;
  std::string transcript_;
  std::string secrets_;  // the last one
  int attempts_ = 0;
  bool over_ = false;
};

}  // namespace postern::dialogue
