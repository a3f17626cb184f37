#include "controller/decode/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

namespace postern::decode {

namespace {

using Words = std::pair<std::string_view, std::string_view>;
constexpr std::array<Words, 25> kPatterns = {{
    {R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)",
     "the name of an object, such as mail-tls: lower-case letters, digits, - and ."},
    {R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?$)",
     "a name such as dovecot: lower-case letters, digits and -, with no - at its ends"},
    {R"(^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?$)",
     "a DNS name in lower case, such as mail.example.com or *.example.com"},
    {R"(^(\*\.)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$)",
     "a DNS name in lower case, such as mail.example.com or *.example.com"},
    {R"(^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$)",
     "a DNS name in lower case, such as mail.example.com"},
    {R"(^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?$)",
     "a DNS name in lower case, such as example.com: names below it are meant too"},
    {R"(^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$)",
     "the value of a label, such as small: letters, digits, -, _ and ., none but letters and "
     "digits at its ends"},
    {R"(^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$)",
     "the key of a label, such as plan or hoster.example/plan"},
    {R"(^[-._a-zA-Z0-9]+$)", "a key such as ca.crt: letters, digits, -, _ and ."},
    {R"(^[!-~]+( [!-~]+)*$)", "visible ASCII, words apart by one space, such as IDLE"},
    {R"(^[ -~]+$)", "one line of ASCII text"},
    {R"(^[ -~]*$)", "one line of ASCII text"},
    {R"(^[A-Z0-9][A-Z0-9_-]*$)",
     "one cipher suite by name, such as ECDHE-RSA-AES128-GCM-SHA256: no operators, no groups"},
    {R"(^[!-,./:-?\[-`{-~-]$)", "one sign of ASCII punctuation, such as '+'"},
    {R"(^[!-~]$)", "one visible ASCII sign, such as '*'"},
    {R"(^[!-~]+$)", "visible ASCII without spaces"},
    {R"(^https?://[!-~]+$)", "a URL that begins with https:// or http://"},
    {R"(^https://[!-~]+$)", "a URL that begins with https://"},
    {R"(^/[!-~]*$)", "a path that begins with /"},
    {R"(^[A-Za-z0-9][-A-Za-z0-9]*$)", "a header name: letters, digits and -"},
    {R"(^ldaps?://[a-z0-9.-]+(:[0-9]{1,5})?$)",
     "ldap:// or ldaps:// and a host in lower case, such as ldaps://ldap.example.com"},
    {R"(^[A-Za-z][-A-Za-z0-9]*$)", "the name of an attribute: letters, digits and -"},
    {R"(^[a-zA-Z0-9][-_.a-zA-Z0-9]*$)", "a file name without a path"},
    {R"(^[A-Za-z0-9./_-]+$)", "the name of a condition"},
    {R"(^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$)", "a reason in CamelCase"},
}};

// The first sentence of a description, without its full stop.
std::string_view first_sentence(std::string_view text) {
  const auto end = text.find(". ");
  text = text.substr(0, end);
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view words_for_pattern(std::string_view pattern) {
  for (const auto& [known, words] : kPatterns) {
    if (known == pattern) return words;
  }
  return {};
}

std::string_view words_for_type(const SchemaNode& schema) {
  switch (schema.type) {
    case SchemaType::Object: return "a block of fields";
    case SchemaType::Array: return "a list";
    case SchemaType::String: return "text";
    case SchemaType::Integer: return "a whole number";
  }
  return "";
}

std::string how_to_write(std::string_view key, const SchemaNode& schema) {
  std::string form;
  switch (schema.type) {
    case SchemaType::Object: form = schema.required.empty() ? "{}" : "{ … }"; break;
    case SchemaType::Array: form = "[ … ]"; break;
    case SchemaType::String: form = schema.words.empty() ? "…" : schema.words.front(); break;
    case SchemaType::Integer: form = "…"; break;
  }
  std::string out = fmt::format("write {}: {}", key, form);
  if (schema.type == SchemaType::Integer) out = fmt::format("write {}: and a whole number", key);
  if (!schema.description.empty()) {
    out += fmt::format(" ({})", first_sentence(schema.description));
  }
  return out;
}

std::string list_of(const std::vector<std::string>& words) {
  if (words.size() < 2) return words.empty() ? std::string() : words[0];
  return fmt::format("{} and {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

}  // namespace postern::decode
