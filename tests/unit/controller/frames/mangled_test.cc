// Lists and watches with octets changed, cut out and doubled: whatever they have become, what is
// said of them does not depend on where the fragments were cut, and what was handed out is whole.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "controller/frames/line_cut.h"
#include "controller/frames/list_cut.h"
#include "controller/frames/watch_event.h"
#include "tests/support/fragmenter.h"

namespace postern::frames {
namespace {

constexpr const char* kSeeds[] = {
    R"({"kind":"SecretList","metadata":{"resourceVersion":"12","continue":"a\u003d"},"items":[)"
    R"({"metadata":{"name":"a"},"n":[-1.5e3,0,true,null,false]},{"x":[{"y":"}]\"\\"}]},{}]})",
    R"({"type":"ADDED","object":{"kind":"A","metadata":{"name":"\ud83d\udcec","resourceVersion":"7"}}})"
    "\n{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x93\xAC\"}}\n",
    R"({"items":null,"metadata":{"labels":{"a":["b",{"c":0.1E-2}]}},"kind":"List"})"};

std::string mangled(std::mt19937& random) {
  static constexpr std::string_view kWords[] = {"{",  "}",  "[", "]", "\"", ":",    ",",
                                                "\\", "\n", "0", "e", "-",  "null", "\xC3"};
  const auto below = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most - 1)(random);
  };
  std::string text = kSeeds[below(std::size(kSeeds))];
  for (std::size_t changes = below(4); changes > 0; --changes) {
    const std::size_t at = below(text.size());
    const std::size_t length = std::min(below(8), text.size() - at);
    switch (below(4)) {
      case 0: text.replace(at, 1, kWords[below(std::size(kWords))]); break;
      case 1: text.insert(at, kWords[below(std::size(kWords))]); break;
      case 2: text.erase(at, length); break;
      default: text.insert(at, text.substr(at, length)); break;
    }
    if (text.empty()) text = "{";
  }
  return text;
}

struct Pieces {
  std::vector<std::string> pieces;
  std::string fault;
  friend bool operator==(const Pieces&, const Pieces&) = default;
};

template <class Cutter>
Pieces cut(Cutter& cutter, const std::string& text, std::size_t size) {
  Pieces seen;
  test::in_fragments(text, size, [&](ByteView fragment) {
    const std::string own(fragment);
    ByteView rest = own;
    for (Cut said = cutter.next(rest); said == Cut::Piece; said = cutter.next(rest)) {
      seen.pieces.emplace_back(cutter.piece());
    }
  });
  seen.fault = cutter.fault();
  return seen;
}

bool is_object(ByteView text) {
  JsonWalk walk(0);
  for (;;) {
    const Token token = walk.next(text);
    if (token == Token::Bad) return false;
    if (token == Token::More) return walk.ended();
  }
}

TEST(Mangled, lists_are_cut_alike_at_every_fragment_size) {
  std::mt19937 random(1);
  int whole_lists = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = mangled(random);
    ListCut whole;
    const Pieces seen = cut(whole, text, test::kAllAtOnce);
    if (whole.whole() && seen.fault.empty()) {
      ++whole_lists;
      EXPECT_TRUE(is_object(text)) << text;
    }
    for (const std::string& piece : seen.pieces) EXPECT_TRUE(is_object(piece)) << text;
    for (const std::size_t size : test::kFragmentSizes) {
      ListCut list;
      EXPECT_EQ(cut(list, text, size), seen) << text << " in fragments of " << size;
      EXPECT_EQ(list.whole(), whole.whole()) << text << " in fragments of " << size;
    }
  }
  EXPECT_GT(whole_lists, 100);
}

TEST(Mangled, watches_are_cut_alike_at_every_fragment_size) {
  std::mt19937 random(2);
  int events = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = mangled(random);
    LineCut whole;
    const Pieces seen = cut(whole, text, test::kAllAtOnce);
    for (const std::size_t size : test::kFragmentSizes) {
      LineCut lines;
      EXPECT_EQ(cut(lines, text, size), seen) << text << " in fragments of " << size;
    }
    for (const std::string& line : seen.pieces) {
      const auto event = read_watch_event(line);
      if (!event) continue;
      ++events;
      EXPECT_TRUE(is_object(line) && is_object(event->object)) << line;
    }
  }
  EXPECT_GT(events, 100);
}

}  // namespace
}  // namespace postern::frames
