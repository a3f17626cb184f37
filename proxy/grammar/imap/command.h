// The commands of a client before login. CommandReader takes the octets as they come, holds one
// command at most, and tells of a literal before it is invited: whoever calls it decides.
// Never writes, never answers. Called by dialogue/imap_front.
// RFC 9051 §6.1–6.2, RFC 2971 (ID), RFC 4959 (SASL-IR), RFC 7888 (LITERAL+).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/secret.h"
#include "proxy/grammar/imap/token.h"
#include "proxy/grammar/parse.h"

namespace postern::grammar::imap {

enum class Verb : std::uint8_t {
  Capability,
  Noop,
  Logout,
  Id,
  StartTls,
  Login,
  Authenticate,
  Unknown,
};
// CAPABILITY, …; "?" for Unknown.
[[nodiscard]] std::string_view name_of(Verb verb);

struct NoArguments {};
struct IdArguments {
  // Values are as they came (not printable()): NIL has none. Empty for ID NIL.
  std::vector<std::pair<std::string, std::optional<std::string>>> pairs;
};
// Form only; whether name and password are acceptable says grammar::objection_to_….
struct LoginArguments {
  std::string name;
  Secret password;
};
struct AuthenticateArguments {
  std::string mechanism;                   // as the client wrote it
  std::optional<Secret> initial_response;  // base64 or "="
};
using Arguments = std::variant<NoArguments, IdArguments, LoginArguments, AuthenticateArguments>;

struct Command {
  std::string tag;
  Verb verb = Verb::Unknown;
  std::string word;     // the verb as it was written, for Unknown; at most 32 octets of it
  Arguments arguments;  // the alternative that belongs to the verb
};

// The client waits (Synchronising) or has sent it already. Answer with accept_literal() or
// refuse_literal() before the next read().
struct LiteralAnnounced {
  std::string tag;
  Verb verb = Verb::Unknown;
  std::size_t argument = 0;  // 0: the first; LOGIN's password is 1
  std::uint64_t size = 0;
  LiteralMode mode = LiteralMode::Synchronising;
  std::size_t most = 0;  // what this argument may have and the command has room for
};

struct BadCommand {
  enum class Fault : std::uint8_t {
    Syntax,           // BAD, and go on: what belongs to the line is read past
    LineTooLong,      // close
    LiteralTooLarge,  // {n+} of more than may be read past: close
  };
  std::string tag;          // empty: none could be read
  std::string_view reason;  // a constant sentence
  Fault fault = Fault::Syntax;
  [[nodiscard]] bool closes() const { return fault != Fault::Syntax; }
};

using CommandEvent = std::variant<NeedMore, LiteralAnnounced, Command, BadCommand>;
struct CommandRead {
  CommandEvent event;
  std::size_t consumed = 0;  // never past the command's own line end
};

struct Announcement;

// Incremental: what it consumed it holds itself, wiped when the command is done. Holds at most
// `command_octets`, literals included; an AUTHENTICATE line may have limits::kSaslLineOctets.
class CommandReader {
 public:
  explicit CommandReader(std::size_t command_octets);

  // NeedMore: all octets were consumed. Any other event: call again with what is left.
  [[nodiscard]] CommandRead read(ByteView octets);
  // After LiteralAnnounced. Accept: size ≤ most must hold; "+" is the caller's for Synchronising.
  void accept_literal();
  // False: the client has sent more than may be read past, so the session must end.
  [[nodiscard]] bool refuse_literal();
  // Nothing of a command was read yet.
  [[nodiscard]] bool idle() const { return state_ == State::Line && held_.empty(); }

 private:
  enum class State : std::uint8_t { Line, Decision, Literal, SkipLiteral, SkipLine, Broken };

  CommandRead read_line(ByteView octets);
  CommandRead read_literal(ByteView octets);
  CommandRead skip_literal(ByteView octets);
  CommandRead skip_line(ByteView octets);
  CommandEvent judge_line();
  CommandEvent judge(const Announcement& announcement);
  BadCommand bad(std::string_view reason, BadCommand::Fault fault, bool line_is_over);
  [[nodiscard]] bool read_past(std::uint64_t octets);
  [[nodiscard]] bool read_past_announced(ByteView line);
  void begin();
  [[nodiscard]] std::size_t limit() const;

  std::size_t command_octets_;
  Buffer held_;
  State state_ = State::Line;
  bool after_cr_ = false;       // the last octet of the line so far is a CR
  std::size_t line_begin_ = 0;  // where the line after the last literal begins
  Literal literal_;             // that is announced and not decided about
  std::size_t remaining_ = 0;   // of a literal that is read or read past
  std::size_t skipped_ = 0;     // of the command that is read past
  Buffer line_end_;             // the last octets of a line that is read past
};

}  // namespace postern::grammar::imap
