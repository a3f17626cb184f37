#include "proxy/grammar/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace postern::grammar::base64 {
namespace {

std::string decoded(ByteView text, std::size_t most = 100) {
  const auto out = decode(text, most);
  return out ? std::string(out->view()) : "malformed";
}

// RFC 4648 §10.
TEST(Base64, gives_the_published_values_both_ways) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xFB\xFF", "+/8="},
  };
  for (const auto& [octets, text] : rows) {
    EXPECT_EQ(encode(octets), text);
    EXPECT_EQ(encode_secret(octets).reveal(), text);
    EXPECT_EQ(decoded(text), octets);
  }
}

TEST(Base64, refuses_all_but_the_one_text_of_a_value) {
  const std::string_view rows[] = {
      "====", "AA=A",     "=AAA",     "AGEAYg",  "Zg",
      "Zg=",  "Zg===",    "A",        "AAAAA",   "-_-_",
      "Zm 9", "Zm9v\n",   "Zm9v\r\n", "Zm9\xFF", "Zh==",
      "Zm9=", "Zg==Zg==", "*",        "ABC*",    std::string_view("Zm9\0", 4),
  };
  for (const std::string_view text : rows) EXPECT_EQ(decoded(text), "malformed") << text;
}

TEST(Base64, decodes_no_more_than_it_may) {
  EXPECT_EQ(decoded("Zm9v", 3), "foo");
  EXPECT_EQ(decoded("Zm9vYg==", 3), "malformed");
  EXPECT_EQ(decoded("Zg==", 0), "malformed");
  EXPECT_EQ(decoded("", 0), "");
}

TEST(Base64, decodes_what_it_encodes) {
  std::string octets;
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(decoded(encode(octets), 600), octets);
    octets.push_back(static_cast<char>(i * 37));
  }
}

}  // namespace
}  // namespace postern::grammar::base64
