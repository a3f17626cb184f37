#include "common/base/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

TEST(Sha256, gives_the_published_digests) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// RFC 4231 §4.
TEST(HmacSha256, gives_the_published_digests) {
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(hmac_sha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// Aumasson and Bernstein, SipHash reference vectors: key 00…0f, message 00, 01, … of each length.
TEST(SipHash24, gives_the_published_values) {
  SipKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  std::string message;
  for (char c = 0; c < 63; ++c) message.push_back(c);
  const auto of = [&](std::size_t octets) {
    return siphash24(key, ByteView(message).substr(0, octets));
  };
  EXPECT_EQ(of(0), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(of(1), 0x74f839c593dc67fdU);
  EXPECT_EQ(of(2), 0x0d6c8009d9a94f5aU);
  EXPECT_EQ(of(7), 0xab0200f58b01d137U);
  EXPECT_EQ(of(8), 0x93f5f5799a932462U);
  EXPECT_EQ(of(15), 0xa129ca6149be45e5U);
  EXPECT_EQ(of(63), 0x958a324ceb064572U);
}

TEST(Hex, writes_two_lower_case_digits_an_octet) {
  EXPECT_EQ(hex(ByteView("\x00\x0f\xff", 3)), "000fff");
  EXPECT_EQ(hex(ByteView()), "");
}

TEST(RandomOctets, differ_from_call_to_call) {
  std::array<char, 32> one{};
  std::array<char, 32> other{};
  random_octets(one.data(), one.size());
  random_octets(other.data(), other.size());
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace postern
