#include "proxy/auth/json_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::auth {

namespace {

bool is_backslashed(char c) { return is_control(c) || c == '"' || c == '\\'; }

}  // namespace

void JsonText::member(std::string_view name, std::string_view value) {
  this->name(name);
  quoted(value);
}

void JsonText::member(std::string_view name, std::uint32_t value) {
  this->name(name);
  put(fmt::format("{}", value));
}

void JsonText::member_unless_empty(std::string_view name, std::string_view value) {
  if (!value.empty()) member(name, value);
}

void JsonText::open(std::string_view name) {
  this->name(name);
  put("{");
  first_ = true;
}

void JsonText::close() {
  put("}");
  first_ = false;
}

bool JsonText::finish() {
  put("}");
  return fits_;
}

void JsonText::name(std::string_view name) {
  if (!first_) put(",");
  first_ = false;
  quoted(name);
  put(":");
}

void JsonText::quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  put("\"");
  while (!text.empty()) {
    const auto plain = std::ranges::find_if(text, is_backslashed);
    const auto length = static_cast<std::size_t>(plain - text.begin());
    put(text.substr(0, length));
    text.remove_prefix(length);
    if (text.empty()) break;
    const auto octet = static_cast<unsigned char>(text[0]);
    const char coded[] = {'\\', 'u', '0', '0', kHex[octet >> 4U], kHex[octet & 15U]};
    put({coded, sizeof coded});
    text.remove_prefix(1);
  }
  put("\"");
}

}  // namespace postern::auth
