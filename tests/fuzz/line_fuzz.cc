#include "proxy/grammar/line.h"

#include <variant>

#include "tests/fuzz/fuzz.h"

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t fragment = input.fragment_size();
  const std::size_t limit = std::size_t{input.octet()} + 1;
  const ByteView octets = input.rest();
  const auto parser = [&](ByteView seen) { return grammar::parse_line(seen, limit); };
  const auto whole = parser(octets);
  const auto cut = test::parse_in_fragments(octets, fragment, parser);
  fuzz::promise(whole.index() == cut.index(), "cuts do not change the kind of answer");
  if (const auto* const done = std::get_if<grammar::Done<ByteView>>(&whole)) {
    fuzz::promise(done->consumed <= octets.size() && done->consumed <= limit, "limits hold");
    fuzz::promise(done->value.find_first_of("\r\n") == ByteView::npos, "a line has no line end");
    fuzz::promise(octets.substr(0, done->consumed).ends_with("\r\n"), "a line ends with CRLF");
    fuzz::promise(std::get<grammar::Done<ByteView>>(cut).consumed == done->consumed,
                  "cuts do not change what is consumed");
  }
  if (const auto* const wrong = std::get_if<grammar::Malformed>(&whole)) {
    const auto& other = std::get<grammar::Malformed>(cut);
    fuzz::promise(wrong->reason == other.reason && wrong->at == other.at,
                  "cuts do not change what is wrong");
  }
  return 0;
}
