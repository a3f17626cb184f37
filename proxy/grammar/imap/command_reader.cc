#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "proxy/grammar/imap/command.h"
#include "proxy/grammar/imap/command_parser.h"
#include "proxy/grammar/line.h"

namespace postern::grammar::imap {

namespace {

constexpr std::size_t kAnnouncementOctets = 15;  // "{4294967295+}" CRLF
constexpr std::string_view kLiteralTooLarge = "the literal is too large";
constexpr std::uint64_t kTooMany = std::numeric_limits<std::uint64_t>::max();

// How many octets follow a line that was not understood, because its end says {n+}: they are data,
// and run as commands they would be smuggled (security LI4). 0: none. Leading digits may be cut
// off.
std::uint64_t announced_by(ByteView line_end) {
  constexpr std::string_view kEnd = "+}\r\n";
  if (!line_end.ends_with(kEnd)) return 0;
  line_end.remove_suffix(kEnd.size());
  const std::size_t before = line_end.find_last_not_of("0123456789");
  const std::size_t begin = before == ByteView::npos ? 0 : before + 1;
  const ByteView digits = line_end.substr(begin);
  if (digits.size() > 10 || before == ByteView::npos) return kTooMany;
  if (digits.empty() || line_end[before] != '{') return 0;
  std::uint64_t size = 0;
  for (const char c : digits) size = size * 10 + static_cast<std::uint64_t>(c - '0');
  return size;
}

}  // namespace

CommandReader::CommandReader(std::size_t command_octets)
    : command_octets_(command_octets),
      held_(std::max(command_octets, limits::kSaslLineOctets)),
      line_end_(kAnnouncementOctets) {}

CommandRead CommandReader::read(ByteView octets) {
  std::size_t consumed = 0;
  while (true) {
    const ByteView rest = octets.substr(consumed);
    const State before = state_;
    CommandRead one;
    switch (state_) {
      case State::Line: one = read_line(rest); break;
      case State::Literal: one = read_literal(rest); break;
      case State::SkipLiteral: one = skip_literal(rest); break;
      case State::SkipLine: one = skip_line(rest); break;
      case State::Decision: check(false, "a literal is decided about before more is read"); break;
      case State::Broken:
        return {BadCommand{{}, kLineTooLong, BadCommand::Fault::LineTooLong}, octets.size()};
    }
    consumed += one.consumed;
    const bool goes_on = std::holds_alternative<NeedMore>(one.event) && state_ != before;
    if (!goes_on) return {std::move(one.event), consumed};
  }
}

void CommandReader::accept_literal() {
  check(state_ == State::Decision, "a literal was announced");
  check(literal_.size <= limit() - held_.size(), "an accepted literal has room");
  remaining_ = static_cast<std::size_t>(literal_.size);
  after_cr_ = false;
  state_ = State::Literal;
}

bool CommandReader::refuse_literal() {
  check(state_ == State::Decision, "a literal was announced");
  begin();
  return literal_.mode == LiteralMode::Synchronising || read_past(literal_.size);
}

CommandRead CommandReader::read_line(ByteView octets) {
  if (octets.empty()) return {NeedMore{}, 0};
  if (after_cr_ && octets[0] != '\n') {
    return {bad(kBareCr, BadCommand::Fault::Syntax, false), 0};
  }
  const std::size_t found = find_line_end(octets);
  const std::size_t taken = found == ByteView::npos ? octets.size() : found + 1;
  const std::size_t kept = std::min(taken, held_.room());
  check(held_.append(octets.substr(0, kept)), "no more is held than there is room for");
  if (kept < taken || held_.size() > limit()) {
    return {bad(kLineTooLong, BadCommand::Fault::LineTooLong, false), taken};
  }
  if (found == ByteView::npos) return {NeedMore{}, taken};
  if (after_cr_) return {judge_line(), taken};
  if (octets[found] == '\n') return {bad(kBareLf, BadCommand::Fault::Syntax, false), taken};
  after_cr_ = true;
  CommandRead rest = read_line(octets.substr(taken));
  rest.consumed += taken;
  return rest;
}

CommandRead CommandReader::read_literal(ByteView octets) {
  const std::size_t taken = std::min(remaining_, octets.size());
  check(held_.append(octets.substr(0, taken)), "an accepted literal has room");
  remaining_ -= taken;
  if (remaining_ == 0) {
    state_ = State::Line;
    line_begin_ = held_.size();
  }
  return {NeedMore{}, taken};
}

CommandRead CommandReader::skip_literal(ByteView octets) {
  const std::size_t taken = std::min(remaining_, octets.size());
  remaining_ -= taken;
  if (remaining_ == 0) state_ = State::SkipLine;
  return {NeedMore{}, taken};
}

CommandRead CommandReader::skip_line(ByteView octets) {
  for (std::size_t at = 0; at < octets.size(); ++at) {
    if (++skipped_ > command_octets_ + limits::kNonSyncLiteralOctets) {
      return {bad(kLineTooLong, BadCommand::Fault::LineTooLong, false), at + 1};
    }
    if (line_end_.room() == 0) line_end_.consume(1);
    check(line_end_.append(octets.substr(at, 1)), "the end of a line has room");
    if (!line_end_.view().ends_with("\r\n")) continue;
    const Buffer line = std::exchange(line_end_, Buffer(kAnnouncementOctets));
    if (!read_past_announced(line.view())) {
      return {bad(kLiteralTooLarge, BadCommand::Fault::LiteralTooLarge, true), at + 1};
    }
    if (state_ == State::SkipLine) begin();
    return {NeedMore{}, at + 1};
  }
  return {NeedMore{}, octets.size()};
}

CommandEvent CommandReader::judge_line() {
  ParsedCommand parsed = parse_command(held_.view());
  if (const auto* const announcement = std::get_if<Announcement>(&parsed)) {
    return judge(*announcement);
  }
  if (const auto* const wrong = std::get_if<Malformed>(&parsed)) {
    return bad(wrong->reason, BadCommand::Fault::Syntax, true);
  }
  auto& command = std::get<Command>(parsed);
  if (command.verb == Verb::Unknown) {
    // Its arguments were not read, so it may end with data as a bad command may.
    BadCommand checked = bad({}, BadCommand::Fault::Syntax, true);
    if (checked.closes()) return checked;
  } else {
    begin();
  }
  return std::move(command);
}

CommandEvent CommandReader::judge(const Announcement& announcement) {
  state_ = State::Decision;
  literal_ = announcement.literal;
  return LiteralAnnounced{
      tag_of(held_.view()), announcement.verb, announcement.argument,
      literal_.size,        literal_.mode,     std::min(announcement.most, limit() - held_.size())};
}

// Says what is wrong and reads past what belongs to it: data of a literal that was sent already, or
// the rest of a line that is not over.
BadCommand CommandReader::bad(std::string_view reason, BadCommand::Fault fault, bool line_is_over) {
  const Buffer command = std::exchange(held_, Buffer(held_.limit()));
  const ByteView line = command.view().substr(std::min(line_begin_, command.size()));
  BadCommand out{tag_of(command.view()), reason, fault};
  begin();
  if (out.closes()) {
    state_ = State::Broken;
  } else if (!line_is_over) {
    state_ = State::SkipLine;
  } else if (!read_past_announced(line)) {
    out.reason = kLiteralTooLarge;
    out.fault = BadCommand::Fault::LiteralTooLarge;
  }
  return out;
}

bool CommandReader::read_past_announced(ByteView line) {
  const std::uint64_t size = announced_by(line);
  const bool announced = size > 0 || line.ends_with("{0+}\r\n");
  return !announced || read_past(size);
}

// False, and broken, when it is more than may be read past.
bool CommandReader::read_past(std::uint64_t octets) {
  const bool small = octets <= limits::kNonSyncLiteralOctets;
  remaining_ = small ? static_cast<std::size_t>(octets) : 0;
  skipped_ += remaining_;
  state_ = small ? State::SkipLiteral : State::Broken;
  return small;
}

void CommandReader::begin() {
  held_.clear();
  line_end_.clear();
  state_ = State::Line;
  after_cr_ = false;
  line_begin_ = 0;
  remaining_ = 0;
  skipped_ = 0;
}

// RFC 4959 §3: an initial response comes within the command, so its line is as long as a SASL line.
std::size_t CommandReader::limit() const {
  if (held_.size() <= command_octets_) return command_octets_;
  return verb_of(held_.view()) == Verb::Authenticate ? held_.limit() : command_octets_;
}

}  // namespace postern::grammar::imap
