#include "proxy/grammar/sasl_message.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/ascii.h"

namespace postern::grammar::sasl_message {

namespace {

constexpr char kSeparator = '\x01';
constexpr std::string_view kLastSeparator = "\x01";
constexpr std::size_t kDigestDigits = 32;
constexpr std::string_view kBearer = "Bearer ";

tl::unexpected<Malformed> fail(std::string_view reason, std::size_t at = 0) {
  return Fail<Malformed>({reason, at});
}

bool is_hex_digit(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

// RFC 6750 §2.1 has fewer characters; what matters is that none ends a field or a header.
bool is_token(ByteView token) {
  return std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// The value of "auth=": the scheme, whose letter case does not matter, and the token.
Result<ByteView, Malformed> token_of(ByteView value) {
  if (!starts_with_ignoring_case(value, kBearer)) return fail("the scheme is not Bearer");
  const ByteView token = value.substr(kBearer.size());
  if (!is_token(token)) return fail("the token has octets that no token has");
  return token;
}

// RFC 5801 §4: "=2C" is a comma, "=3D" an equals sign, and no other "=" may be.
std::optional<std::string> decode_saslname(ByteView text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] != '=') {
      out.push_back(text[0]);
      text.remove_prefix(1);
      continue;
    }
    const bool comma = text.starts_with("=2C");
    if (!comma && !text.starts_with("=3D")) return std::nullopt;
    out.push_back(comma ? ',' : '=');
    text.remove_prefix(3);
  }
  return out;
}

// "n,a=<saslname>,": flag, name, and nothing after the second comma.
Result<std::string, Malformed> name_of_gs2_header(ByteView header) {
  // Channel binding ("p=…") is not offered, so it cannot be used (RFC 5801 §5).
  if (!header.starts_with("n,") && !header.starts_with("y,")) return fail("the GS2 flag is wrong");
  header.remove_prefix(2);
  if (!header.starts_with("a=") || !header.ends_with(',')) return fail("the GS2 name is missing");
  header = header.substr(2, header.size() - 3);
  if (header.find(',') != ByteView::npos) return fail("the GS2 header has too many parts");
  auto name = decode_saslname(header);
  if (!name) return fail("the GS2 name is escaped wrongly");
  return std::move(*name);
}

struct Pair {
  ByteView key;
  ByteView value;
};

Result<Pair, Malformed> split_pair(ByteView field) {
  const std::size_t equals = field.find('=');
  if (equals == 0 || equals == ByteView::npos) return fail("a field has no key");
  const ByteView key = field.substr(0, equals);
  if (!std::all_of(key.begin(), key.end(), is_letter)) return fail("a key is not of letters");
  return Pair{key, field.substr(equals + 1)};
}

}  // namespace

Result<Plain, Malformed> parse_plain(ByteView message) {
  const std::size_t first = message.find('\0');
  if (first == ByteView::npos) return fail("PLAIN has two NULs");
  const std::size_t second = message.find('\0', first + 1);
  if (second == ByteView::npos) return fail("PLAIN has two NULs");
  if (const std::size_t third = message.find('\0', second + 1); third != ByteView::npos) {
    return fail("PLAIN has two NULs and not more", third);
  }
  return Plain{message.substr(0, first), message.substr(first + 1, second - first - 1),
               message.substr(second + 1)};
}

Result<CramMd5, Malformed> parse_cram_md5(ByteView message) {
  const std::size_t space = message.rfind(' ');
  if (space == ByteView::npos) return fail("CRAM-MD5 has a name, a space and a digest");
  const ByteView digest = message.substr(space + 1);
  if (digest.size() != kDigestDigits || !std::all_of(digest.begin(), digest.end(), is_hex_digit)) {
    return fail("the digest has 32 hexadecimal digits", space + 1);
  }
  return CramMd5{message.substr(0, space), digest};
}

Result<Bearer, Malformed> parse_xoauth2(ByteView message) {
  constexpr std::string_view kUser = "user=";
  constexpr std::string_view kAuth = "auth=";
  constexpr std::string_view kEnd = "\x01\x01";
  if (!starts_with_ignoring_case(message, kUser)) return fail("XOAUTH2 begins with user=");
  if (!message.ends_with(kEnd)) return fail("XOAUTH2 ends with two separators", message.size());
  message = message.substr(kUser.size(), message.size() - kUser.size() - kEnd.size());
  const std::size_t separator = message.find(kSeparator);
  if (separator == ByteView::npos) return fail("XOAUTH2 has two fields");
  const ByteView auth = message.substr(separator + 1);
  if (!starts_with_ignoring_case(auth, kAuth)) return fail("the second field is auth=");
  const auto token = token_of(auth.substr(kAuth.size()));
  if (!token) return Fail<Malformed>(token.error());
  return Bearer{std::string(message.substr(0, separator)), *token};
}

Result<Bearer, Malformed> parse_oauthbearer(ByteView message) {
  const std::size_t header_end = message.find(kSeparator);
  if (header_end == ByteView::npos) return fail("OAUTHBEARER has a separator after its header");
  auto name = name_of_gs2_header(message.substr(0, header_end));
  if (!name) return Fail<Malformed>(name.error());
  message.remove_prefix(header_end + 1);
  std::optional<ByteView> token;
  while (message != kLastSeparator) {
    const std::size_t end = message.find(kSeparator);
    if (end == ByteView::npos) return fail("OAUTHBEARER ends with two separators");
    const auto pair = split_pair(message.substr(0, end));
    if (!pair) return Fail<Malformed>(pair.error());
    message.remove_prefix(end + 1);
    if (pair->key != "auth") continue;  // host and port are the client's view of where it is
    // Two tokens would be judged by one and used by another (security SA12).
    if (token) return fail("OAUTHBEARER has auth= once");
    const auto found = token_of(pair->value);
    if (!found) return Fail<Malformed>(found.error());
    token = *found;
  }
  if (!token) return fail("OAUTHBEARER has auth= once");
  return Bearer{std::move(*name), *token};
}

}  // namespace postern::grammar::sasl_message
