#include "proxy/grammar/imap/encode.h"

#include <algorithm>
#include <initializer_list>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "proxy/grammar/imap/token.h"

namespace postern::grammar::imap {

namespace {

constexpr std::size_t kIdKeyOctets = 30;  // RFC 2971 §3.3

bool is_quotable(char c) { return c >= 0x20 && c < 0x7F; }

Secret joined(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Buffer out(size);
  for (const ByteView part : parts) check(out.append(part), "the parts fit their own sum");
  return Secret(out.view());
}

std::string announced(ByteView octets, bool non_synchronising) {
  return "{" + std::to_string(octets.size()) + (non_synchronising ? "+}\r\n" : "}\r\n");
}

std::string id_string(ByteView text, std::size_t most) {
  std::string out = "\"";
  for (const char c : text.substr(0, most)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(is_quotable(c) ? c : '?');
  }
  out.push_back('"');
  return out;
}

}  // namespace

bool can_be_quoted(ByteView octets) {
  return std::all_of(octets.begin(), octets.end(), is_quotable);
}

Secret quoted(ByteView octets) {
  check(can_be_quoted(octets), "only printable octets are quoted");
  Buffer out(2 * octets.size() + 2);
  bool fits = out.append("\"");
  for (const char& c : octets) {
    if (c == '"' || c == '\\') fits = out.append("\\") && fits;
    fits = out.append({&c, 1}) && fits;
  }
  fits = out.append("\"") && fits;
  check(fits, "a quoted string is at most twice as long as its value");
  return Secret(out.view());
}

std::vector<Secret> encode_login(ByteView tag, const LoginCredentials& credentials,
                                 bool non_synchronising) {
  const auto& [name, password] = credentials;
  std::vector<Secret> pieces;
  if (can_be_quoted(name) && can_be_quoted(password)) {
    pieces.push_back(
        joined({tag, " LOGIN ", quoted(name).reveal(), " ", quoted(password).reveal(), "\r\n"}));
    return pieces;
  }
  const std::string name_size = announced(name, non_synchronising);
  const std::string password_size = announced(password, non_synchronising);
  if (non_synchronising) {
    pieces.push_back(
        joined({tag, " LOGIN ", name_size, name, " ", password_size, password, "\r\n"}));
    return pieces;
  }
  pieces.push_back(joined({tag, " LOGIN ", name_size}));
  pieces.push_back(joined({name, " ", password_size}));
  pieces.push_back(joined({password, "\r\n"}));
  return pieces;
}

Secret encode_authenticate(ByteView tag, std::string_view mechanism,
                           std::optional<ByteView> initial_response) {
  if (!initial_response) return joined({tag, " AUTHENTICATE ", mechanism, "\r\n"});
  const ByteView response = initial_response->empty() ? ByteView("=") : *initial_response;
  return joined({tag, " AUTHENTICATE ", mechanism, " ", response, "\r\n"});
}

std::string encode_id(ByteView tag, const IdPairs& pairs) {
  std::string out(tag);
  out.append(" ID ");
  if (pairs.empty()) return out.append("NIL\r\n");
  char before = '(';
  for (std::size_t i = 0; i < std::min(pairs.size(), limits::kImapIdPairs); ++i) {
    out.push_back(before);
    out.append(id_string(pairs[i].first, kIdKeyOctets));
    out.push_back(' ');
    out.append(id_string(pairs[i].second, kIdValueOctets));
    before = ' ';
  }
  return out.append(")\r\n");
}

std::string encode_bare(ByteView tag, std::string_view verb) {
  return std::string(tag).append(" ").append(verb).append("\r\n");
}

}  // namespace postern::grammar::imap
