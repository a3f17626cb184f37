// ImapFront: the dialogue with an IMAP client from the greeting to the relay. Owns what the client
// has begun to say and the counters that bound it; never holds a password after Attempt, never
// opens a socket, never decides who may: the Offer says what is taken, the Attempt asks.
// session/drive is its only caller, by way of Front. RFC 9051 §6.1–6.2, RFC 4959, RFC 2971.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/dialogue/front.h"
#include "proxy/grammar/imap/command.h"
#include "proxy/grammar/sasl.h"

namespace postern::dialogue {

class ImapFront final : public Front {
 public:
  // The challenge is CRAM-MD5's, decoded: one a session, made by whoever has randomness. Without
  // one the mechanism is not offered.
  ImapFront(Offer offer, FrontLimits limits, std::string cram_challenge);

  [[nodiscard]] Turn<FrontStep> greet(Reply& reply) override;
  [[nodiscard]] Turn<FrontStep> on(FrontInput input, Reply& reply) override;
  [[nodiscard]] const char* state() const override;

 private:
  struct AwaitingCommand {};
  struct AwaitingSasl {
    std::string tag;
    grammar::SaslExchange exchange;
  };
  struct Upgrading {};  // StartTls was wanted
  struct Attempting {
    std::string tag;
  };
  struct AwaitingAcknowledgement {  // of the error challenge; the verdict is final already
    std::string tag;
    Refused refused;
  };
  struct Ended {};  // Close or Relay was wanted
  using State = std::variant<AwaitingCommand, AwaitingSasl, Upgrading, Attempting,
                             AwaitingAcknowledgement, Ended>;

  // A row says when a command is taken, so that a review of what may be said before TLS is one
  // screen; see kRows.
  enum class When : std::uint8_t { Always, TlsOffered, LoginAllowed };
  struct Row {
    grammar::imap::Verb verb;
    When when;
    FrontStep (ImapFront::*proceed)(grammar::imap::Command command, Reply& reply);
  };
  static const Row kRows[];
  [[nodiscard]] static const Row* row_for(grammar::imap::Verb verb);
  [[nodiscard]] bool allowed(When when) const;

  void take(Offer offer);

  Turn<FrontStep> hear(Octets octets, Reply& reply);
  Turn<FrontStep> hear(TlsUp up, Reply& reply);
  Turn<FrontStep> hear(Refused refused, Reply& reply);
  Turn<FrontStep> hear(Admitted admitted, Reply& reply);
  Turn<FrontStep> hear(Expired, Reply& reply);
  Turn<FrontStep> hear(Draining draining, Reply& reply);
  Turn<FrontStep> hear(PeerEnded, Reply& reply);

  Turn<FrontStep> hear_command(ByteView data, Reply& reply);
  Turn<FrontStep> hear_line(ByteView data, Reply& reply);
  FrontStep on_line(ByteView line, Reply& reply);
  FrontStep on_command(grammar::imap::Command command, Reply& reply);
  FrontStep on_literal(const grammar::imap::LiteralAnnounced& literal, Reply& reply);
  FrontStep on_bad(const grammar::imap::BadCommand& bad, Reply& reply);

  FrontStep capability(grammar::imap::Command command, Reply& reply);
  FrontStep noop(grammar::imap::Command command, Reply& reply);
  FrontStep logout(grammar::imap::Command command, Reply& reply);
  FrontStep id(grammar::imap::Command command, Reply& reply);
  FrontStep start_tls(grammar::imap::Command command, Reply& reply);
  FrontStep login(grammar::imap::Command command, Reply& reply);
  FrontStep authenticate(grammar::imap::Command command, Reply& reply);

  FrontStep on_sasl(std::string tag, grammar::SaslExchange exchange, grammar::SaslStep step,
                    Reply& reply);
  FrontStep attempt(std::string tag, Evidence evidence);
  FrontStep refuse(std::string_view tag, const Refused& refused, Reply& reply);
  FrontStep refuse_unacceptable(std::string_view tag, Reply& reply);

  // Answers, and what follows from the counters.
  FrontStep deny(std::string_view tag, Failure failure, Reply& reply);
  FrontStep object(std::string_view tag, std::string_view reason, Reply& reply);
  FrontStep count_error(Reply& reply);
  FrontStep bye(Failure failure, Reply& reply);
  FrontStep close(Failure failure);
  // One more command; false when that was one too many.
  [[nodiscard]] bool count_command();

  Offer offer_;
  FrontLimits limits_;
  std::string cram_challenge_;
  grammar::imap::CommandReader reader_;
  State state_;
  std::optional<std::uint32_t> ttl_;  // as ID claimed it, the lowest of them
  std::uint32_t errors_ = 0;
  std::uint32_t commands_ = 0;
  std::uint32_t failures_ = 0;
};

}  // namespace postern::dialogue
