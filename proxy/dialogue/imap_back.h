// ImapBack: the dialogue with an IMAP backend from its greeting to its tagged OK. Owns the
// credentials until they were said; says nothing secret before the TLS that is demanded, believes
// answers only to what it asked, and reads no more than it was given leave to. It does not dial,
// verify certificates or try again: session/announce and upstream do.
// RFC 9051 §6.2, §7; RFC 2971; RFC 4959; RFC 7628; RFC 7888.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/limits.h"
#include "common/base/secret.h"
#include "proxy/dialogue/front.h"
#include "proxy/grammar/imap/encode.h"
#include "proxy/grammar/imap/response.h"

namespace postern::dialogue {

// Who is really calling, for backends that trust us: Dovecot's names of ID. Sent only where the
// backend announces ID.
struct Introduction {
  std::string originating_ip;
  std::uint16_t originating_port = 0;
  std::string connected_ip;
  std::uint16_t connected_port = 0;
  std::string session_id;
  // Hops that are left, ours included; one less is told (loop guard). At least 1.
  std::uint32_t ttl = 5;
};

struct BackLogin {
  enum class Tls : std::uint8_t { Without, Established, StartTls };
  enum class PasswordMechanism : std::uint8_t { Auto, Plain, Login };
  enum class Method : std::uint8_t {
    Password,
    XOAuth2,      // `password` is a bearer token
    OAuthBearer,  // the same
    External,     // our certificate speaks for `authzid`; there is no password
  };

  std::string name;
  Secret password;
  std::string authzid;  // not empty, and by password: PLAIN, whatever the mechanism says
  Method method = Method::Password;
  std::optional<Introduction> introduction;
  Tls tls = Tls::Without;
  PasswordMechanism mechanism = PasswordMechanism::Auto;
  std::string tag;         // 8 random letters; each command adds a digit
  bool pipelining = true;  // ID and the login in one write
  std::size_t reply_octets = limits::kBackendReplyOctets;
};

class ImapBack final : public Back {
 public:
  explicit ImapBack(BackLogin login);

  [[nodiscard]] Turn<BackStep> on(BackInput input, Reply& reply) override;
  [[nodiscard]] const char* state() const override;
  [[nodiscard]] bool credentials_said() const override { return credentials_said_; }

 private:
  enum class State : std::uint8_t {
    AwaitingGreeting,
    AwaitingStartTls,
    Upgrading,
    AwaitingCapabilities,
    AwaitingIdentified,
    AwaitingLogin,
    Ended,
  };
  struct Seen {  // one response, and whether more came with it
    grammar::imap::Response response;
    bool more_behind;
  };

  Turn<BackStep> hear(Octets octets, Reply& reply);
  Turn<BackStep> hear(BackTlsUp, Reply& reply);
  Turn<BackStep> hear(PeerEnded, Reply& reply);

  BackStep on_response(const Seen& seen, Reply& reply);
  BackStep on_greeting(const Seen& seen, Reply& reply);
  BackStep on_tagged(const grammar::imap::Tagged& tagged, const Seen& seen, Reply& reply);
  BackStep on_continuation(const Seen& seen, Reply& reply);
  BackStep on_token_refused(const grammar::imap::Continuation& said, Reply& reply);
  BackStep on_start_tls(const grammar::imap::Tagged& tagged, const Seen& seen);
  BackStep on_capabilities(const Seen& seen, Reply& reply);
  BackStep on_identified(const Seen& seen, Reply& reply);
  BackStep on_login(const grammar::imap::Tagged& tagged, const Seen& seen);

  BackStep prepare(Reply& reply);
  BackStep introduce(Reply& reply);
  BackStep log_in(Reply& reply);
  void say_introduction(Reply& reply);
  void say_piece(Reply& reply);
  [[nodiscard]] bool must_know_capabilities() const;
  [[nodiscard]] bool wants_plain() const;
  [[nodiscard]] bool takes_no_password() const;
  [[nodiscard]] bool shows_a_token() const;
  [[nodiscard]] std::vector<Secret> login_pieces(ByteView tag) const;
  [[nodiscard]] std::vector<Secret> sasl_pieces(ByteView tag, std::string_view mechanism,
                                                const Secret& response) const;
  [[nodiscard]] bool shows(std::string_view capability) const;
  [[nodiscard]] std::string next_tag();

  BackRefused fail(Failure failure, std::string reason);
  BackRefused refused(Failure failure, std::string_view answer,
                      const grammar::imap::ResponseText& said);

  BackLogin login_;
  State state_ = State::AwaitingGreeting;
  std::string awaited_tag_;  // of the command whose answer is next
  std::string login_tag_;    // said already with ID, when they left together
  int tags_ = 0;
  std::optional<std::vector<std::string>> capabilities_;  // nothing: never shown
  std::vector<Secret> pieces_;                            // of the login, not said yet, in order
  bool credentials_said_ = false;
  std::optional<std::string> token_error_;  // what the backend had against a token
  std::size_t heard_ = 0;                   // octets, in all
};

}  // namespace postern::dialogue
