#include "proxy/auth/auth_http_fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "proxy/auth/auth_http_answer.h"

namespace postern::auth {

namespace {

constexpr std::array<std::string_view, kAuthFields> kNames = {
    "Auth-Server", "Auth-Port",       "Auth-User",      "Auth-Pass",
    "Auth-Wait",   "Auth-Error-Code", "Auth-Error-SASL"};

// Codes that say why a login is refused: RFC 5530, RFC 3206, RFC 2449, RFC 5804.
constexpr std::array<std::string_view, 14> kRefusalCodes = {"AUTHENTICATIONFAILED",
                                                            "AUTHORIZATIONFAILED",
                                                            "EXPIRED",
                                                            "PRIVACYREQUIRED",
                                                            "CONTACTADMIN",
                                                            "UNAVAILABLE",
                                                            "INUSE",
                                                            "LIMIT",
                                                            "AUTH",
                                                            "SYS/TEMP",
                                                            "SYS/PERM",
                                                            "IN-USE",
                                                            "LOGIN-DELAY",
                                                            "SERVERBUG"};

bool begins_with_other_code(ByteView text) {
  if (!text.starts_with('[')) return false;
  const ByteView code = text.substr(1, text.find(']') - 1);
  return std::ranges::none_of(kRefusalCodes, [&](std::string_view known) {
    return text.find(']') != ByteView::npos && equal_ignoring_case(code, known);
  });
}

// One to three digits at the front of `text`, taken away.
bool take_subcode(ByteView& text) {
  std::size_t digits = 0;
  while (digits < text.size() && digits < 4 && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits > 3) return false;
  text.remove_prefix(digits);
  return true;
}

bool is_enhanced_code(ByteView text, char code_class) {
  if (text.size() < 2 || text[0] != code_class || text[1] != '.') return false;
  text.remove_prefix(2);
  if (!take_subcode(text) || !text.starts_with('.')) return false;
  text.remove_prefix(1);
  return take_subcode(text) && text.empty();
}

}  // namespace

std::string_view name_of(AuthField field) { return kNames[static_cast<std::size_t>(field)]; }

Result<AuthHttpFields, std::string> auth_http_fields(const HttpResponse& response,
                                                     config::Strictness strictness) {
  AuthHttpFields out;
  for (const HttpField& field : response.fields) {
    if (equal_ignoring_case(field.name, "Auth-Status")) {
      out.statuses.push_back(field.value);
      continue;
    }
    for (std::size_t i = 0; i < kAuthFields; ++i) {
      if (!equal_ignoring_case(field.name, kNames[i])) continue;
      if (out.values[i] && strictness == config::Strictness::Strict) {
        return Fail<std::string>(fmt::format("{} is there twice", kNames[i]));
      }
      out.values[i] = field.value;
    }
  }
  return out;
}

std::optional<std::uint32_t> decimal(ByteView text) {
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  if (text.size() > 9) return 999'999'999;
  std::uint32_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  return value;
}

Result<ServerAddress, std::string> backend_address(ByteView ip, ByteView port) {
  const std::optional<IpAddress> address = IpAddress::parse(ip);
  if (!address) return Fail<std::string>("Auth-Server is not an address");
  const std::optional<std::uint32_t> number = decimal(port);
  if (!number || *number < 1 || *number > 65535) {
    return Fail<std::string>("Auth-Port is not a port");
  }
  return ServerAddress{{*address, static_cast<std::uint16_t>(*number)}};
}

bool is_reply_code(ByteView text) {
  if (text.size() < 3 || (text[0] != '4' && text[0] != '5')) return false;
  if (text[1] < '0' || text[1] > '5' || !is_digit(text[2])) return false;
  if (text.size() == 3) return true;
  return text[3] == ' ' && is_enhanced_code(text.substr(4), text[0]);
}

std::string refusal_text(ByteView text) {
  const bool fit = text.size() <= kRefusalTextOctets && !has_control(text) && is_utf8(text);
  return fit && !begins_with_other_code(text) ? std::string(text) : std::string{};
}

}  // namespace postern::auth
