#include "proxy/relay/boundary.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "common/base/ascii.h"
#include "common/base/check.h"

namespace postern::relay {

namespace {

constexpr std::size_t kWordOctets = 8;
// More digits than any literal has; 19 of them fit the number.
constexpr std::uint8_t kDigits = 19;

consteval std::uint64_t packed(ByteView word) {
  std::uint64_t number = 0;
  for (const char c : word.substr(0, kWordOctets)) {
    number = number << 8U | static_cast<unsigned char>(c);
  }
  return number;
}

// FNV-1a: who makes two tags collide confuses nobody but himself.
constexpr std::uint32_t kNoTag = 2166136261U;
std::uint32_t hashed(std::uint32_t tag, char c) {
  return (tag ^ static_cast<unsigned char>(c)) * 16777619U;
}

bool changes_the_language(std::uint64_t word) {
  return word == packed("COMPRESS") || word == packed("STARTTLS") || word == packed("AUTHENTI");
}

bool is_status(std::uint64_t word) {
  return word == packed("OK") || word == packed("NO") || word == packed("BAD") ||
         word == packed("BYE") || word == packed("PREAUTH");
}

bool ends_head(char c) { return c == ' ' || c == '\r' || c == '\n'; }

}  // namespace

void Boundary::feed(Side from, ByteView octets) {
  while (!octets.empty() && !opaque_) octets.remove_prefix(take(from, octets));
}

void Boundary::skip(Side from, std::size_t octets) {
  if (opaque_) return;
  check(octets <= literal_left(from), "octets pass unseen inside a literal only");
  if (octets == 0) return;
  if (from == Side::Client) awaits_leave_ = false;
  take_literal(line_of(from), octets);
}

std::uint64_t Boundary::literal_left(Side from) const {
  const Line& line = from == Side::Client ? up_ : down_;
  return !opaque_ && line.part == Part::Literal ? line.number : 0;
}

bool Boundary::safe() const {
  const bool between_lines = up_.part == Part::Start && down_.part == Part::Start;
  return !opaque_ && between_lines && unanswered_ == (idle_ ? 1U : 0U);
}

// Answers how many of the octets were looked at.
std::size_t Boundary::take(Side from, ByteView octets) {
  if (from == Side::Client) awaits_leave_ = false;
  Line& line = line_of(from);
  if (line.part == Part::Literal) return take_literal(line, octets.size());
  if (line.part == Part::Rest) return take_rest(from, octets);
  return take_head(from, octets.front()) ? 1 : 0;
}

std::size_t Boundary::take_literal(Line& line, std::size_t octets) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(line.number, octets));
  line.number -= taken;
  if (line.number == 0) line.part = Part::Rest;
  return taken;
}

// One octet of a line's beginning; false: it belongs to the rest already.
bool Boundary::take_head(Side from, char c) {
  Line& line = line_of(from);
  if (line.part == Part::Start) {
    take_start(from, c);
    return line.part != Part::Tag;
  }
  if (line.part == Part::Tag) return take_tag(from, c);
  if (line.part == Part::Word) return take_word(from, c);
  if (c != ' ') lose();
  begin_word(line, Part::Word);
  return true;
}

void Boundary::take_start(Side from, char c) {
  Line& line = line_of(from);
  begin_word(line, Part::Tag);
  line.tag = kNoTag;
  if (from == Side::Client) return;
  line.kind = Kind::Tagged;
  if (c == '*') line.part = Part::Star;
  if (c == '+') {
    line.kind = Kind::Continuation;
    line.part = Part::Rest;
  }
}

bool Boundary::take_tag(Side from, char c) {
  Line& line = line_of(from);
  if (!ends_head(c)) {
    line.tag = hashed(line.tag, c);
    pack(line, c);
    return true;
  }
  if (c == ' ' && line.size > 0) {
    if (from == Side::Client) {
      begin_word(line, Part::Word);
    } else {
      line.part = Part::Rest;
    }
    return true;
  }
  // Nothing but one word, or nothing at all; no backend says that.
  if (c == ' ' || from == Side::Backend) lose();
  line.kind = Kind::Bare;
  line.part = Part::Rest;
  return false;
}

bool Boundary::take_word(Side from, char c) {
  Line& line = line_of(from);
  if (!ends_head(c)) {
    pack(line, c);
    return true;
  }
  if (from == Side::Client) {
    begin_command();
  } else {
    line.kind = line.size < kWordOctets && is_status(line.number) ? Kind::Status : Kind::Untagged;
  }
  line.part = Part::Rest;
  return false;
}

void Boundary::begin_command() {
  // Whoever says anything but DONE is not idle, and what the backend makes of it is its affair.
  if (idle_ || changes_the_language(up_.number)) return lose();
  up_.kind = Kind::Command;
  idle_ = up_.number == packed("IDLE") && up_.size == 4;
  if (++unanswered_ == std::numeric_limits<std::uint32_t>::max()) lose();
}

std::size_t Boundary::take_rest(Side from, ByteView octets) {
  Line& line = line_of(from);
  const std::size_t end = octets.find('\n');
  const bool whole = end != ByteView::npos;
  const ByteView segment = octets.substr(0, end);
  if (line.kind == Kind::Command || line.kind == Kind::Untagged) {
    look_for_literal(line, segment, whole);
  } else if (line.kind == Kind::Bare && segment.find_first_not_of('\r') != ByteView::npos) {
    lose();
  }
  // A strict client is still inside a line of the backend's that a bare LF seems to end.
  if (from == Side::Backend && whole && !(segment.empty() ? cr_ : segment.back() == '\r')) lose();
  if (from == Side::Backend) cr_ = !whole && segment.ends_with('\r');
  if (!whole) return segment.size();
  end_line(from);
  return segment.size() + 1;
}

// Only the end of a line tells: of a whole one it is looked at first.
void Boundary::look_for_literal(Line& line, ByteView segment, bool whole) {
  if (whole && segment.size() > 1) {
    const char last = segment.back() == '\r' ? segment[segment.size() - 2] : segment.back();
    if (last != '}') {
      line.tail = Tail::None;
      return;
    }
  }
  if (const void* const open = ::memrchr(segment.data(), '{', segment.size())) {
    segment.remove_prefix(
        static_cast<std::size_t>(static_cast<const char*>(open) - segment.data()));
  }
  for (const char c : segment) {
    step(line, c);
    if (line.tail == Tail::None) return;
  }
}

void Boundary::step(Line& line, char c) {
  const Tail before = line.tail;
  line.tail = Tail::None;
  if (c == '{') {
    line.tail = Tail::Open;
    line.number = 0;
    line.size = 0;
  } else if (is_digit(c) && (before == Tail::Open || before == Tail::Digits)) {
    line.tail = Tail::Digits;
    if (line.size <= kDigits) ++line.size;
    if (line.size <= kDigits) line.number = line.number * 10 + static_cast<unsigned>(c - '0');
  } else if (c == '+' && before == Tail::Digits) {
    line.tail = Tail::Plus;
  } else if (c == '}' && (before == Tail::Digits || before == Tail::Plus)) {
    line.tail = before == Tail::Plus ? Tail::ClosedPlus : Tail::Closed;
  } else if (c == '\r' && (before == Tail::Closed || before == Tail::ClosedPlus)) {
    line.tail = before == Tail::ClosedPlus ? Tail::CrPlus : Tail::Cr;
  }
}

void Boundary::end_line(Side from) {
  Line& line = line_of(from);
  const Tail tail = line.tail;
  line.tail = Tail::None;
  const bool waits = tail == Tail::Closed || tail == Tail::Cr;
  if (waits || tail == Tail::ClosedPlus || tail == Tail::CrPlus) {
    if (line.size > kDigits || (from == Side::Backend && !waits)) return lose();
    if (from == Side::Client) awaits_leave_ = waits;
    line.part = line.number > 0 ? Part::Literal : Part::Rest;
    return;
  }
  line.part = Part::Start;
  if (line.kind == Kind::Bare) end_bare();
  if (line.kind == Kind::Tagged) end_answer();
}

// An empty line says nothing, DONE ends an IDLE, and other words alone are no command.
void Boundary::end_bare() {
  const bool empty = up_.size == 0;
  const bool done = up_.size == 4 && up_.number == packed("DONE");
  if (done ? !idle_ : (idle_ || !empty)) lose();
  idle_ = false;
}

void Boundary::end_answer() {
  if (unanswered_ == 0) return lose();
  --unanswered_;
  if (down_.tag != up_.tag) return;
  idle_ = false;
  if (up_.part == Part::Start) return;
  // A literal that was refused will not come; a command that is answered before it was said to
  // its end, nobody can follow.
  if (!awaits_leave_) return lose();
  awaits_leave_ = false;
  up_.part = Part::Start;
}

void Boundary::begin_word(Line& line, Part part) {
  line.part = part;
  line.number = 0;
  line.size = 0;
  line.tail = Tail::None;
}

void Boundary::pack(Line& line, char c) {
  if (line.size < kWordOctets) {
    line.number = line.number << 8U | static_cast<unsigned char>(upper(c));
  }
  if (line.size <= kWordOctets) ++line.size;
}

}  // namespace postern::relay
