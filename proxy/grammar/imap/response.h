// What a backend says before login: greeting, tagged and untagged responses, continuation requests,
// response codes, capability lists. Octets are given back as they came; who shows them to people
// makes them printable first. Called by dialogue/imap_back.
// RFC 9051 §7, RFC 5530 (codes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "proxy/grammar/parse.h"

namespace postern::grammar::imap {

enum class Condition : std::uint8_t { Ok, No, Bad, Preauth, Bye };

// [CODE arguments] text; both of the code empty when there is none.
struct ResponseText {
  std::string code;       // upper case
  std::string arguments;  // as they came
  std::string text;
};

// Ok, No or Bad.
struct Tagged {
  std::string tag;
  Condition condition = Condition::Ok;
  ResponseText text;
};
// * OK, * NO, * BAD, * PREAUTH, * BYE: the greeting is one of Ok, Preauth, Bye.
struct Status {
  Condition condition = Condition::Ok;
  ResponseText text;
};
// Any other untagged response: its word and the rest of it, literals included as they came.
struct Untagged {
  std::string name;  // upper case
  std::string rest;
};
struct Continuation {
  std::string text;
};
using Response = std::variant<Tagged, Status, Untagged, Continuation>;

// One response, at most `limit` octets of it; a longer one is Malformed.
[[nodiscard]] Parse<Response> parse_response(ByteView octets, std::size_t limit);

// What the response says of capabilities: "* CAPABILITY …" or a CAPABILITY code; else empty.
[[nodiscard]] std::vector<std::string> capabilities_of(const Response& response);
[[nodiscard]] bool has_capability(std::span<const std::string> capabilities,
                                  std::string_view capability);

}  // namespace postern::grammar::imap
