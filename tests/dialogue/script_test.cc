#include "tests/dialogue/script.h"

#include <gtest/gtest.h>

namespace postern::dlg {
namespace {

TEST(Script, keeps_words_keys_and_octets_of_each_line) {
  const auto parsed = parse_script("s",
                                   "# about\n@ listener=plain\n"
                                   "C: a1 NOOP\nC+: x\\r\\n\\0\\xff\\\\\n"
                                   "S: a1 OK\n>> attempt user=\"a b\"\n<< refused NoRoute text=\n");
  const auto& script = std::get<Script>(parsed);
  EXPECT_EQ(script.about, "about\n");
  EXPECT_EQ(script.setup.get("listener"), "plain");
  ASSERT_EQ(script.lines.size(), 5U);
  EXPECT_EQ(std::get<ClientSays>(script.lines[0].event).octets, "a1 NOOP\r\n");
  EXPECT_EQ(std::get<ClientSays>(script.lines[1].event).octets, std::string("x\r\n\0\xff\\", 6));
  EXPECT_EQ(std::get<ServerSays>(script.lines[2].event).start, "a1 OK");
  EXPECT_EQ(std::get<Wants>(script.lines[3].event).phrase.get("user"), "a b");
  EXPECT_EQ(std::get<Told>(script.lines[4].event).phrase.word(1), "NoRoute");
}

TEST(Script, names_the_line_that_it_cannot_read) {
  for (const char* text : {"C: ok\nnonsense\n", "C: ok\nC+: \\q\n", "C: ok\n>>\n",
                           "C: ok\n<< refused text=\"open\n", "C: ok\nC+: \\x1\n"}) {
    const auto parsed = parse_script("s", text);
    const auto* bad = std::get_if<Unreadable>(&parsed);
    ASSERT_NE(bad, nullptr) << text;
    EXPECT_EQ(bad->number, 2) << text;
  }
}

TEST(Script, escapes_what_it_can_read_back) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  std::string back;
  ASSERT_TRUE(unescape(escape(all), back));
  EXPECT_EQ(back, all);
}

}  // namespace
}  // namespace postern::dlg
