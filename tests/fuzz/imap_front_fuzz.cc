// ImapFront between a client and a world that both do what they like. Input: one octet that chooses
// the listener, then (kind, length, octets) triples: what arrives, and which verdict, deadline or
// handshake comes in between. Holds to I2.1 to I2.5 of the dialogue.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include "common/base/check.h"
#include "proxy/dialogue/imap_front.h"

namespace {

using namespace postern;
using namespace postern::dialogue;

class Choices {
 public:
  Choices(const std::uint8_t* octets, std::size_t size)
      : rest_(reinterpret_cast<const char*>(octets), size) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  unsigned octet() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  ByteView octets(std::size_t most) {
    const ByteView some = rest_.substr(0, most);
    rest_.remove_prefix(some.size());
    return some;
  }

 private:
  ByteView rest_;
};

Offer offer_of(unsigned choice) {
  Offer offer;
  offer.greeting = "ready";
  offer.capabilities = {"IMAP4rev1", "ID", "LITERAL+"};
  offer.mechanisms = {Mechanism::Plain,    Mechanism::Login,   Mechanism::CramMd5,
                      Mechanism::External, Mechanism::XOAuth2, Mechanism::OAuthBearer};
  offer.tls = static_cast<Offer::Tls>(choice % 3);
  offer.login_allowed = choice % 2 == 0;
  return offer;
}

class World {
 public:
  World(ImapFront& front, Choices& choices) : front_(front), choices_(choices) {
    Reply reply;
    take(front_.greet(reply), reply);
  }

  void run() {
    while (!choices_.done() && !over_) {
      inbox_ += choices_.octets(choices_.octet());
      heard_ += inbox_.size();
      bool stirs = true;
      while (stirs && !over_) stirs = stir();
      if (!over_ && choices_.octet() % 16 == 0) unasked();
    }
  }

 private:
  // One call; false when it waits for more octets.
  bool stir() {
    Reply reply;
    if (std::holds_alternative<StartTls>(step_)) {
      if (!inbox_.empty()) return over_ = true;  // no ClientHello
      take(front_.on(TlsUp{offer_of(4)}, reply), reply);
      return true;
    }
    if (std::holds_alternative<Attempt>(step_)) {
      take(front_.on(verdict(), reply), reply);
      return true;
    }
    const std::size_t before = inbox_.size();
    const std::string state = front_.state();
    take(front_.on(Octets{inbox_}, reply), reply);
    const bool idle = before == inbox_.size() && std::holds_alternative<Read>(step_);
    check(!idle || state == front_.state(), "a state is left only by what was heard (I2.1)");
    check(inbox_.size() < 2 * limits::kSaslLineOctets || !idle, "what waits is bounded");
    return !idle && (!inbox_.empty() || !std::holds_alternative<Read>(step_));
  }

  FrontInput verdict() {
    const unsigned choice = choices_.octet();
    if (choice % 4 == 0) {
      return Admitted{
          {std::string(choices_.octets(20)), {std::string(choices_.octets(9)), "IDLE"}}};
    }
    const auto failure = static_cast<Failure>(choice % failure_rows().size());
    return Refused{failure, std::string(choices_.octets(choice % 30)),
                   std::string(choices_.octets(choice % 5))};
  }

  void unasked() {
    Reply reply;
    const unsigned choice = choices_.octet() % 3;
    if (choice == 0) take(front_.on(Expired{}, reply), reply);
    if (choice == 1) take(front_.on(Draining{}, reply), reply);
    if (choice == 2) take(front_.on(PeerEnded{}, reply), reply);
    check(over_, "each of these ends it");
  }

  void take(Turn<FrontStep> turn, const Reply& reply) {
    check(turn.consumed <= inbox_.size(), "no more is consumed than there is");
    inbox_.erase(0, turn.consumed);
    said_ += reply.view().size();
    check(said_ <= 16 * heard_ + 4096 + 600 * ++calls_, "no amplification (I2.5)");
    const ByteView view = reply.view();
    check(view.empty() || view.ends_with("\r\n"), "whole lines are said");
    if (const auto* attempt = std::get_if<Attempt>(&turn.step)) hold_secret(*attempt, view);
    step_ = std::move(turn.step);
    over_ = over_ || std::holds_alternative<Close>(step_) || std::holds_alternative<Relay>(step_);
  }

  static void hold_secret(const Attempt& attempt, ByteView said) {
    if (const auto* shown = std::get_if<PasswordEvidence>(&attempt.evidence)) {
      check(!shown->name.empty() && !shown->password.empty(), "credentials are not empty (R4)");
    }
    check(said.empty() || said == "+ OK\r\n", "nothing is said with an attempt (I2.4)");
  }

  ImapFront& front_;
  Choices& choices_;
  FrontStep step_ = Read{};
  std::string inbox_;
  std::size_t heard_ = 0;
  std::size_t said_ = 0;
  std::size_t calls_ = 0;
  bool over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  ImapFront front(offer_of(choices.octet()), {}, "<1.2@fuzz>");
  World world(front, choices);
  world.run();
  return 0;
}
