#include "controller/frames/json_walk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fragmenter.h"

namespace postern::frames {
namespace {

// The tokens of a text, a letter each: { } [ ] K T N W, and ! for what is refused.
std::string tokens(const std::string& json, std::size_t size) {
  static constexpr std::string_view kLetters = ".{}[]KTNW!";
  JsonWalk walk(2);
  std::string said;
  test::in_fragments(json, size, [&](ByteView fragment) {
    for (Token token = walk.next(fragment); token != Token::More && !said.ends_with('!');
         token = walk.next(fragment)) {
      said.push_back(kLetters[static_cast<std::size_t>(token)]);
    }
  });
  if (!said.ends_with('!') && !walk.ended()) said.push_back('?');
  return said;
}

void expect_tokens(const std::string& json, const std::string& expected) {
  for (const std::size_t size : test::kFragmentSizes) {
    EXPECT_EQ(tokens(json, size), expected) << json << " in fragments of " << size;
  }
}

TEST(JsonWalk, tells_each_token_at_every_fragment_size) {
  expect_tokens("{}", "{}");
  expect_tokens(" {\r\n\t} \n", "{}");
  expect_tokens(R"({"a":"b","c":[1,-2.5e+3,0,true,false,null,{"d":[]}]})", "{KTK[NNNWWW{K[]}]}");
  expect_tokens(R"({"a" : "" , "\u00e4\n" : "\\\"/\/" })", "{KTKT}");
  expect_tokens("{\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x93\xAC\":\"\\ud83d\\udcec\"}", "{KT}");
}

TEST(JsonWalk, refuses_what_is_no_json) {
  for (const char* json : {"[]",
                           "1",
                           "\"a\"",
                           "true",
                           "}",
                           "{]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{a:1}",
                           "{\"a\":[1,]}",
                           "{\"a\":[,1]}",
                           "{\"a\":[1 2]}",
                           "{\"a\":[1}}",
                           "{\"a\":{]}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":1}{",
                           "{\"a\":1},",
                           "{'a':1}",
                           "{\"a\":tru}",
                           "{\"a\":nul l}",
                           "{\"a\":True}",
                           "{\"a\":+1}",
                           "{\"a\":.5}",
                           "{\"a\":NaN}",
                           "\xEF\xBB\xBF{}"}) {
    for (const std::size_t size : test::kFragmentSizes) {
      EXPECT_TRUE(tokens(json, size).ends_with('!')) << json << " in fragments of " << size;
    }
  }
}

TEST(JsonWalk, refuses_wrong_numbers) {
  for (const char* number : {"01", "-", "1.", "1.e1", "1e", "1e+", "--1", "-a", "1.2.3", "0x10"}) {
    const std::string json = std::string("{\"a\":") + number + "}";
    for (const std::size_t size : test::kFragmentSizes) {
      EXPECT_TRUE(tokens(json, size).ends_with('!')) << json << " in fragments of " << size;
    }
  }
}

TEST(JsonWalk, refuses_wrong_texts) {
  for (const char* text : {"\n",
                           "\x01",
                           "\\x41",
                           "\\u12g4",
                           "\\U0041",
                           "\\ud800",
                           "\\ud800\\u0041",
                           "\\udc00",
                           "\\ud800x",
                           "\x80",
                           "\xC0\xAF",
                           "\xC3",
                           "\xC3(",
                           "\xE0\x80\x80",
                           "\xED\xA0\x80",
                           "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80",
                           "\xFF",
                           "\xE2\x82",
                           "12345678\x1F",
                           "1234567\x80"}) {
    const std::string json = std::string("{\"a\":\"") + text + "\"}";
    for (const std::size_t size : test::kFragmentSizes) {
      EXPECT_TRUE(tokens(json, size).ends_with('!')) << text << " in fragments of " << size;
    }
  }
}

TEST(JsonWalk, goes_sixty_four_levels_deep_and_no_deeper) {
  const auto nested = [](int lists) {
    const auto count = static_cast<std::size_t>(lists);
    return "{\"a\":" + std::string(count, '[') + std::string(count, ']') + "}";
  };
  for (const std::size_t size : test::kFragmentSizes) {
    EXPECT_TRUE(tokens(nested(kDepth - 1), size).ends_with("]}"));
    EXPECT_TRUE(tokens(nested(kDepth), size).ends_with('!'));
  }
}

// What the names and the kept values say.
std::vector<std::string> kept(const std::string& json, std::size_t size) {
  JsonWalk walk(2);
  std::vector<std::string> said;
  bool keeping = false;
  test::in_fragments(json, size, [&](ByteView fragment) {
    for (Token token = walk.next(fragment); token != Token::More && token != Token::Bad;
         token = walk.next(fragment)) {
      if (token == Token::Key) {
        said.push_back(walk.text());
        keeping = walk.text().starts_with("keep");
        if (keeping) walk.keep_value();
      } else if (keeping) {
        said.push_back(walk.text());
        keeping = false;
      }
    }
  });
  return said;
}

TEST(JsonWalk, keeps_names_to_its_depth_and_the_values_it_was_told_to_keep) {
  const std::string json = R"({"keep":"ab\u0063\n\ud83d\udcec\u00e4\u20ac","no":"secret",)"
                           R"("keep2":-12.5e3,"keep\u0033":null,"m":{"keep":"","d":{"deep":"x"}}})";
  const std::vector<std::string> expected{"keep",    "abc\n\xF0\x9F\x93\xAC\xC3\xA4\xE2\x82\xAC",
                                          "no",      "keep2",
                                          "-12.5e3", "keep3",
                                          "null",    "m",
                                          "keep",    "",
                                          "d",       ""};
  for (const std::size_t size : test::kFragmentSizes) {
    EXPECT_EQ(kept(json, size), expected) << "in fragments of " << size;
  }
}

TEST(JsonWalk, keeps_no_more_than_it_may) {
  const auto fits = [](std::size_t octets) {
    JsonWalk walk(1);
    const std::string json = "{\"" + std::string(octets, 'n') + "\":1}";
    ByteView rest = json;
    if (walk.next(rest) != Token::MapBegin) return false;
    return walk.next(rest) == Token::Key;
  };
  EXPECT_TRUE(fits(kKeptOctets));
  EXPECT_FALSE(fits(kKeptOctets + 1));
}

}  // namespace
}  // namespace postern::frames
