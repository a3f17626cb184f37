#include "proxy/grammar/imap/referral.h"
#include "proxy/grammar/imap/response.h"

#include <string>
#include <variant>

#include "tests/fuzz/fuzz.h"

using namespace postern;
using namespace postern::grammar;
using namespace postern::grammar::imap;

namespace {

std::string text_of(const ResponseText& text) {
  return text.code + "|" + text.arguments + "|" + text.text;
}

std::string text_of(const Response& response) {
  if (const auto* const tagged = std::get_if<Tagged>(&response)) {
    return "tagged " + tagged->tag + text_of(tagged->text);
  }
  if (const auto* const status = std::get_if<Status>(&response)) {
    return "status " + text_of(status->text);
  }
  if (const auto* const untagged = std::get_if<Untagged>(&response)) {
    return "untagged " + untagged->name + "|" + untagged->rest;
  }
  return "continuation " + std::get<Continuation>(response).text;
}

// Whatever a code says, what may be dialled or compared is a host and a name and nothing more.
void look_for_a_referral(const Response& response) {
  const auto* const tagged = std::get_if<Tagged>(&response);
  if (!tagged) return;
  const auto referral = parse_referral(tagged->text.arguments);
  if (!referral) return;
  fuzz::promise(!referral->host.empty(), "a host is named");
  for (const char c : referral->host + referral->user) {
    fuzz::promise(c > 0x1F && c < 0x7F, "no control octet comes out of it");
  }
  fuzz::promise(referral->host.find_first_of("/@?; []") == std::string::npos, "a host alone");
  fuzz::promise(!referral->port || *referral->port != 0, "no port 0");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t fragment = input.fragment_size();
  const std::size_t limit = 16 * (std::size_t{input.octet()} + 1);
  ByteView octets = input.rest();
  const auto parser = [&](ByteView seen) { return parse_response(seen, limit); };
  while (true) {
    const auto whole = parser(octets);
    const auto cut = test::parse_in_fragments(octets, fragment, parser);
    fuzz::promise(whole.index() == cut.index(), "cuts do not change the kind of answer");
    const auto* const done = std::get_if<Done<Response>>(&whole);
    if (!done) return 0;
    const auto& other = std::get<Done<Response>>(cut);
    fuzz::promise(done->consumed == other.consumed, "cuts do not change what is consumed");
    fuzz::promise(text_of(done->value) == text_of(other.value), "cuts do not change the value");
    fuzz::promise(done->consumed > 0 && done->consumed <= octets.size(), "it was there");
    fuzz::promise(done->consumed <= limit, "the limit holds");
    for (const std::string& one : capabilities_of(done->value)) {
      fuzz::promise(!one.empty() && one.find(' ') == std::string::npos, "a capability is a word");
    }
    look_for_a_referral(done->value);
    octets.remove_prefix(done->consumed);
  }
}
