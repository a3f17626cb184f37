#include "controller/frames/json_walk.h"

namespace postern::frames {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

Token JsonWalk::next(ByteView& octets) {
  if (!fault_.empty()) return Token::Bad;
  while (!octets.empty()) {
    Token token = Token::More;
    if (within_ != Within::Nothing) {
      token = go_on(octets);
    } else {
      const char c = octets.front();
      octets.remove_prefix(1);
      if (is_space(c)) continue;
      token = begin_token(c);
    }
    if (token != Token::More) return token;
  }
  return Token::More;
}

std::string JsonWalk::text() const { return unescaped(kept_); }

Token JsonWalk::begin_token(char c) {
  switch (due_) {
    case Due::FirstKey:
      if (c == '}') return close();
      [[fallthrough]];
    case Due::Key: return begin_key(c);
    case Due::Colon:
      due_ = Due::Value;
      return c == ':' ? Token::More : bad("a name stands without its colon");
    case Due::FirstItem:
      if (c == ']') return close();
      [[fallthrough]];
    case Due::Value: return begin_value(c);
    case Due::NextInMap:
      if (c == '}') return close();
      due_ = Due::Key;
      return c == ',' ? Token::More : bad("a comma is missing in a map");
    case Due::NextInList:
      if (c == ']') return close();
      due_ = Due::Value;
      return c == ',' ? Token::More : bad("a comma is missing in a list");
    case Due::Nothing: return bad("something follows the object");
  }
  return Token::Bad;
}

Token JsonWalk::begin_key(char c) {
  if (c != '"') return bad("a name is missing in a map");
  begin_kept(Within::Key, keeps_names());
  return Token::More;
}

Token JsonWalk::begin_value(char c) {
  const bool keep = keep_value_;
  keep_value_ = false;
  if (c == '{') return open(true);
  if (depth_ == 0) return bad("it is no object");
  if (c == '[') return open(false);
  if (c == '"') {
    begin_kept(Within::Text, keep);
    return Token::More;
  }
  if (number_.begin(c)) {
    begin_kept(Within::Number, keep);
  } else if (c == 't' || c == 'f' || c == 'n') {
    word_ = c == 't' ? "rue" : c == 'f' ? "alse" : "ull";
    begin_kept(Within::Word, keep);
  } else {
    return bad("a value is missing");
  }
  if (keeping_) kept_.push_back(c);
  return Token::More;
}

void JsonWalk::begin_kept(Within within, bool keep) {
  within_ = within;
  keeping_ = keep;
  kept_.clear();
}

Token JsonWalk::open(bool map) {
  if (depth_ == kDepth) return bad("it is more than 64 levels deep");
  const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(depth_);
  maps_ = map ? maps_ | bit : maps_ & ~bit;
  ++depth_;
  due_ = map ? Due::FirstKey : Due::FirstItem;
  return map ? Token::MapBegin : Token::ListBegin;
}

Token JsonWalk::close() {
  const Token token = in_map() ? Token::MapEnd : Token::ListEnd;
  --depth_;
  due_ = after_value();
  return token;
}

JsonWalk::Due JsonWalk::after_value() const {
  if (depth_ == 0) return Due::Nothing;
  return in_map() ? Due::NextInMap : Due::NextInList;
}

Token JsonWalk::go_on(ByteView& octets) {
  const ByteView before = octets;
  const Token token = go_on_within(octets);
  if (keeping_) {
    kept_.append(before.substr(0, before.size() - octets.size()));
    if ((token == Token::Key || token == Token::Text) && !kept_.empty()) kept_.pop_back();
    if (kept_.size() > kKeptOctets) return bad("a name or a word is longer than 16 KiB");
  }
  if (token == Token::More || token == Token::Bad) return token;
  within_ = Within::Nothing;
  due_ = token == Token::Key ? Due::Colon : after_value();
  return token;
}

Token JsonWalk::go_on_within(ByteView& octets) {
  switch (within_) {
    case Within::Key: return go_on_string(octets, Token::Key);
    case Within::Text: return go_on_string(octets, Token::Text);
    case Within::Number: return go_on_number(octets);
    case Within::Word: return go_on_word(octets);
    case Within::Nothing: break;
  }
  return Token::Bad;
}

Token JsonWalk::go_on_string(ByteView& octets, Token whole) {
  switch (string_.next(octets)) {
    case StringScan::Said::More: return Token::More;
    case StringScan::Said::End: return whole;
    case StringScan::Said::Bad: break;
  }
  return bad("a text is no UTF-8, or its escapes are wrong");
}

Token JsonWalk::go_on_number(ByteView& octets) {
  while (!octets.empty()) {
    if (!number_.take(octets.front())) {
      return number_.whole() ? Token::Number : bad("a number is wrong");
    }
    octets.remove_prefix(1);
  }
  return Token::More;
}

Token JsonWalk::go_on_word(ByteView& octets) {
  while (!octets.empty()) {
    if (octets.front() != word_.front()) return bad("a word is none of true, false, null");
    octets.remove_prefix(1);
    word_.remove_prefix(1);
    if (word_.empty()) return Token::Word;
  }
  return Token::More;
}

Token JsonWalk::bad(std::string_view fault) {
  fault_ = fault;
  return Token::Bad;
}

}  // namespace postern::frames
