// What an API server says, in fragments: the same pieces however it is cut; a list is whole exactly
// when it is JSON in the eyes of another parser, and each piece is an object in its eyes too. As a
// watch: each line is an event or refused with a sentence.
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "controller/frames/line_cut.h"
#include "controller/frames/list_cut.h"
#include "controller/frames/watch_event.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;

namespace {

struct Seen {
  std::vector<std::string> pieces;
  bool bad = false;
  friend bool operator==(const Seen&, const Seen&) = default;
};

template <class Cutter>
Seen cut(Cutter& cutter, ByteView octets, std::size_t size) {
  Seen seen;
  test::in_fragments(octets, size, [&](ByteView fragment) {
    const std::string own(fragment);
    ByteView rest = own;
    while (!seen.bad) {
      const frames::Cut said = cutter.next(rest);
      if (said == frames::Cut::More) break;
      seen.bad = said == frames::Cut::Bad;
      if (!seen.bad) seen.pieces.emplace_back(cutter.piece());
    }
  });
  fuzz::promise(seen.bad != cutter.fault().empty(), "a refusal has words");
  return seen;
}

boost::json::parse_options as_deep_as_ours() {
  boost::json::parse_options options;
  options.max_depth = frames::kDepth;
  return options;
}

// Exponents beyond its own numbers are JSON that the other parser refuses: nothing is known then.
std::optional<bool> json_says(ByteView octets) {
  boost::system::error_code error;
  (void)boost::json::parse({octets.data(), octets.size()}, error, {}, as_deep_as_ours());
  if (error == boost::json::error::exponent_overflow) return std::nullopt;
  return !error;
}

bool may_be_json(ByteView octets) { return json_says(octets).value_or(true); }

void cut_list(ByteView octets, std::size_t size) {
  frames::ListCut whole;
  frames::ListCut fragments;
  const Seen seen = cut(whole, octets, test::kAllAtOnce);
  fuzz::promise(seen == cut(fragments, octets, size), "pieces do not depend on fragments");
  fuzz::promise(whole.whole() == fragments.whole(), "the end does not depend on fragments");
  fuzz::promise(whole.head().continue_token == fragments.head().continue_token,
                "the head does not depend on fragments");
  if (whole.whole() && !seen.bad) fuzz::promise(may_be_json(octets), "a list is JSON");
  for (const std::string& piece : seen.pieces) {
    fuzz::promise(piece.front() == '{' && may_be_json(piece), "a piece is an object");
  }
}

// Of an object that is no list at all, too.
void walk(ByteView octets) {
  frames::JsonWalk walk(0);
  ByteView rest = octets;
  frames::Token token = walk.next(rest);
  while (token != frames::Token::More && token != frames::Token::Bad) token = walk.next(rest);
  const std::size_t first = octets.find_first_not_of(" \t\r\n");
  const bool map = first != ByteView::npos && octets[first] == '{';
  const bool walked = token == frames::Token::More && walk.ended();
  const bool expected = map && json_says(octets).value_or(walked);
  fuzz::promise(walked == expected, "an object is walked over exactly when it is JSON");
}

void cut_watch(ByteView octets, std::size_t size) {
  frames::LineCut whole;
  frames::LineCut fragments;
  const Seen seen = cut(whole, octets, test::kAllAtOnce);
  fuzz::promise(seen == cut(fragments, octets, size), "lines do not depend on fragments");
  for (const std::string& line : seen.pieces) {
    const auto event = frames::read_watch_event(line);
    if (!event) {
      fuzz::promise(!event.error().empty(), "a refusal has words");
      continue;
    }
    fuzz::promise(may_be_json(line) && may_be_json(event->object), "an event is JSON");
    (void)frames::read_status(event->object);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t fragment = input.fragment_size();
  cut_list(input.rest(), fragment);
  cut_watch(input.rest(), fragment);
  walk(input.rest());
  return 0;
}
