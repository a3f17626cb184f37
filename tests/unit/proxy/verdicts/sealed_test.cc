#include "proxy/verdicts/sealed.h"

#include <gtest/gtest.h>

#include <string>

namespace postern::verdicts {
namespace {

const std::string kOctets(32, 'k');

TEST(Sealed, opens_with_the_same_key_in_the_same_place) {
  const Secret key(kOctets);
  for (const std::string& text : {std::string(), std::string("p"), std::string(4096, 'x')}) {
    const std::string sealed = seal(key, "here", Secret(text));
    const auto opened = unseal(key, "here", sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), text);
  }
}

TEST(Sealed, opens_with_nothing_else) {
  const std::string sealed = seal(Secret(kOctets), "here", Secret("password"));
  EXPECT_EQ(sealed.find("password"), std::string::npos);
  EXPECT_FALSE(unseal(Secret(std::string(32, 'l')), "here", sealed));
  EXPECT_FALSE(unseal(Secret(kOctets), "there", sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(unseal(Secret(kOctets), "here", changed)) << i;
    EXPECT_FALSE(unseal(Secret(kOctets), "here", sealed.substr(0, i))) << i;
  }
}

TEST(Sealed, is_never_the_same_twice) {
  const Secret key(kOctets);
  EXPECT_NE(seal(key, "here", Secret("p")), seal(key, "here", Secret("p")));
}

}  // namespace
}  // namespace postern::verdicts
