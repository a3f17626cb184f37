#include "controller/decode/document.h"

#include <algorithm>
#include <array>

#include "common/base/ascii.h"
#include "common/base/bytes.h"

namespace postern::decode {

namespace {

constexpr std::array<std::string_view, 11> kTrue = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                                    "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse = {"n",     "N",     "no",  "No",  "NO", "false",
                                                     "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};

template <class Words>
bool is_among(std::string_view text, const Words& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_of_digits(std::string_view text, bool (*digit)(char)) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [&](char c) { return c == '_' || digit(c); });
}

bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

// 12, 1.5, .5, 1e3; the sign is off.
bool is_decimal(std::string_view text) {
  const auto e = text.find_first_of("eE");
  std::string_view exponent = e == std::string_view::npos ? "0" : text.substr(e + 1);
  if (!exponent.empty() && (exponent[0] == '+' || exponent[0] == '-')) exponent.remove_prefix(1);
  const std::string_view mantissa = text.substr(0, e);
  const auto dot = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, dot);
  const std::string_view fraction =
      dot == std::string_view::npos ? std::string_view{} : mantissa.substr(dot + 1);
  if (whole.empty() && fraction.empty()) return false;
  return (whole.empty() || (is_digit(whole[0]) && all_of_digits(whole, is_digit))) &&
         (fraction.empty() || all_of_digits(fraction, is_digit)) &&
         all_of_digits(exponent, is_digit);
}

bool is_number(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  if (text.size() > 2 && text[0] == '0') {
    if (lower(text[1]) == 'x') return all_of_digits(text.substr(2), is_hex);
    if (text[1] == 'o' || text[1] == 'b') return all_of_digits(text.substr(2), is_digit);
  }
  const std::string low = lower(text);
  return low == ".inf" || low == ".nan" || is_decimal(text);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

bool Node::truth() const { return is_among(text, kTrue); }

void Node::remove(std::string_view key) {
  std::erase_if(members, [&](const Member& member) { return member.key == key; });
}

std::string_view word_for(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::Null: return "empty";
    case Node::Kind::Boolean: return "a boolean";
    case Node::Kind::Number: return "a number";
    case Node::Kind::String: return "text";
    case Node::Kind::List: return "a list";
    case Node::Kind::Map: return "a block of fields";
  }
  return "";
}

Node::Kind kind_of_plain(std::string_view text) {
  if (is_among(text, kNull)) return Node::Kind::Null;
  if (is_among(text, kTrue) || is_among(text, kFalse)) return Node::Kind::Boolean;
  return is_number(text) ? Node::Kind::Number : Node::Kind::String;
}

void wipe(Node& node) {
  postern::wipe(node.text.data(), node.text.size());
  for (Node& item : node.items) wipe(item);
  for (Member& member : node.members) wipe(member.value);
}

}  // namespace postern::decode
