// Boundary: where in an IMAP conversation a relay is, so that a last word can be said between two
// responses and never inside one (RFC 9051 §7.1.5), and so that octets of a literal may pass
// unseen. Pure: it is told each octet that passed, changes none, keeps none, and allocates nothing.
// Knows lines, literals (RFC 9051 §4.3, RFC 7888), which commands wait for their answer, and IDLE
// (RFC 2177). What it cannot follow (COMPRESS of RFC 4978, STARTTLS, a line that IMAP does not
// have) makes it opaque for good: worse manners, never a wrong octet.
// The relay feeds it, what the login left over included.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/bytes.h"
#include "proxy/relay/side.h"

namespace postern::relay {

class Boundary {
 public:
  // Octets that `from` said, in their order; where they are cut makes no difference.
  void feed(Side from, ByteView octets);
  // As many octets of the literal that `from` is inside of passed unseen: at most literal_left().
  void skip(Side from, std::size_t octets);

  // How much of a literal `from` has still to say; 0: it is not inside of one.
  [[nodiscard]] std::uint64_t literal_left(Side from) const;
  // Both sides are between lines, and no command waits for its answer but an IDLE.
  [[nodiscard]] bool safe() const;
  // Nothing is known any more, and octets need not be fed.
  [[nodiscard]] bool opaque() const { return opaque_; }

 private:
  enum class Part : std::uint8_t { Start, Tag, Star, Word, Rest, Literal };
  enum class Kind : std::uint8_t { Command, Bare, Untagged, Status, Continuation, Tagged };
  // How much of "{digits}" or "{digits+}" the end of what was seen is.
  enum class Tail : std::uint8_t { None, Open, Digits, Plus, Closed, ClosedPlus, Cr, CrPlus };

  struct Line {
    // In turn: the first octets of a word, the digits of an announcement, the literal's octets
    // that are left.
    std::uint64_t number = 0;
    std::uint32_t tag = 0;  // a hash: of the last line's tag until the next begins
    Part part = Part::Start;
    Kind kind = Kind::Command;
    Tail tail = Tail::None;
    std::uint8_t size = 0;  // octets of the word or of the digits, up to what is too many
  };

  void lose() { opaque_ = true; }
  [[nodiscard]] Line& line_of(Side from) { return from == Side::Client ? up_ : down_; }
  std::size_t take(Side from, ByteView octets);
  std::size_t take_literal(Line& line, std::size_t octets);
  std::size_t take_rest(Side from, ByteView octets);
  [[nodiscard]] bool take_head(Side from, char c);
  void take_start(Side from, char c);
  [[nodiscard]] bool take_tag(Side from, char c);
  [[nodiscard]] bool take_word(Side from, char c);
  void begin_command();
  void end_line(Side from);
  void end_bare();
  void end_answer();
  static void begin_word(Line& line, Part part);
  static void pack(Line& line, char c);
  static void look_for_literal(Line& line, ByteView segment, bool whole);
  static void step(Line& line, char c);

  Line up_;
  Line down_;
  std::uint32_t unanswered_ = 0;  // commands
  bool idle_ = false;             // the last command was IDLE, and is not done
  bool awaits_leave_ = false;     // a literal was announced that the backend may refuse
  bool opaque_ = false;
  bool cr_ = false;  // the backend's last octet was CR
};
static_assert(sizeof(Boundary) <= 40, "each session has one");

}  // namespace postern::relay
