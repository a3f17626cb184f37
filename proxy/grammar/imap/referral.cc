#include "proxy/grammar/imap/referral.h"

#include <algorithm>
#include <charconv>

#include "common/base/ascii.h"

namespace postern::grammar::imap {

namespace {

constexpr std::string_view kScheme = "imap://";
constexpr std::string_view kAuth = ";AUTH=";
constexpr std::size_t kHostOctets = 253;

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// achar of RFC 5092: unreserved, sub-delims-sh, "&" and "="; % begins an octet in hex.
bool is_plain(char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "-._~!$'()*+,&="); }

std::optional<int> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  if (small >= 'a' && small <= 'f') return small - 'a' + 10;
  return std::nullopt;
}

// No control octets and nothing above ASCII come out of it: neither is in a name.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
      if (is_control(c) || static_cast<unsigned char>(c) > 0x7E) return std::nullopt;
    } else if (!is_plain(c)) {
      return std::nullopt;
    }
    out.push_back(c);
  }
  return out;
}

bool is_mechanism(std::string_view text) {
  return text == "*" ||
         (!text.empty() && text.size() <= 20 && std::ranges::all_of(text, [](char c) {
           return is_letter(c) || is_digit(c) || c == '-' || c == '_';
         }));
}

// [user][;AUTH=mechanism]: one of both at least.
bool read_user(std::string_view text, Referral& into) {
  std::size_t auth = text.size();
  for (std::size_t at = 0; at + kAuth.size() <= text.size() && auth == text.size(); ++at) {
    if (starts_with_ignoring_case(text.substr(at), kAuth)) auth = at;
  }
  if (auth != text.size() && !is_mechanism(text.substr(auth + kAuth.size()))) return false;
  if (text.empty()) return false;
  auto user = decoded(text.substr(0, auth));
  if (!user) return false;
  into.user = std::move(*user);
  return true;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_host_name(std::string_view name) {
  if (name.size() > kHostOctets) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool read_host(std::string_view text, Referral& into) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return false;
    into.ip = IpAddress::parse(text.substr(1, text.size() - 2));
    if (!into.ip || text.find(':') == std::string_view::npos) return false;
  } else if (text.find(':') == std::string_view::npos) {
    into.ip = IpAddress::parse(text);
    if (!into.ip && !is_host_name(text)) return false;
  } else {
    return false;
  }
  into.host = into.ip ? into.ip->text() : lower(text);
  return true;
}

bool read_port(std::string_view text, Referral& into) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return false;
  into.port = port;
  return true;
}

bool read_server(std::string_view text, Referral& into) {
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    if (!read_user(text.substr(0, at), into)) return false;
    text.remove_prefix(at + 1);
  }
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    if (!read_port(text.substr(colon + 1), into)) return false;
    text = text.substr(0, colon);
  }
  return read_host(text, into);
}

std::optional<Referral> read_url(std::string_view url) {
  if (!starts_with_ignoring_case(url, kScheme) || !url.ends_with('/')) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.empty()) return std::nullopt;
  url.remove_suffix(1);
  Referral out;
  if (url.find('/') != std::string_view::npos || !read_server(url, out)) return std::nullopt;
  return out;
}

}  // namespace

std::optional<Referral> parse_referral(std::string_view arguments) {
  if (arguments.empty() || arguments.size() > kReferralOctets) return std::nullopt;
  std::optional<Referral> first;
  for (;;) {
    const std::size_t blank = arguments.find(' ');
    auto one = read_url(arguments.substr(0, blank));
    if (!one) return std::nullopt;
    if (!first) first = std::move(one);
    if (blank == std::string_view::npos) return first;
    arguments.remove_prefix(blank + 1);
  }
}

}  // namespace postern::grammar::imap
