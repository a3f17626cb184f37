// A glance says what OpenSSL says, or nothing.
#include "proxy/net/pair_glance.h"

#include <gtest/gtest.h>

#include "proxy/net/der.h"
#include "proxy/net/pem_blocks.h"
#include "tests/support/certificates.h"

namespace postern::net {
namespace {

using test::Authority;
using test::KeyKind;

void expect_equal(const PairFacts& glanced, const PairFacts& full) {
  EXPECT_EQ(glanced.key_type, full.key_type);
  EXPECT_EQ(glanced.schemes, full.schemes);
  EXPECT_EQ(glanced.dns_names, full.dns_names);
  EXPECT_EQ(glanced.begins, full.begins);
  EXPECT_GE(glanced.strength, 112);
  EXPECT_LE(glanced.strength, full.strength);
}

config::KeyPair with_key(const config::KeyPair& pair, const std::string& key) {
  config::KeyPair out = pair;
  out.key_pem = SharedSecret(key);
  return out;
}

TEST(PairGlance, finds_what_openssl_finds) {
  for (const KeyKind kind : {KeyKind::Ec, KeyKind::Rsa}) {
    for (const std::vector<std::string>& names :
         {std::vector<std::string>{"mail.example.org"},
          std::vector<std::string>{"z.example", "*.B.example", "a.example"}}) {
      const config::KeyPair pair = Authority().issue(names, kind);
      const auto glanced = glance_at(pair);
      ASSERT_TRUE(glanced);
      expect_equal(*glanced, read_pair_in_full(pair).value());
      EXPECT_NE(load_pair(pair, glanced->key_type), nullptr);
    }
  }
}

TEST(PairGlance, leaves_a_key_of_another_certificate_to_openssl) {
  Authority authority;
  for (const KeyKind kind : {KeyKind::Ec, KeyKind::Rsa}) {
    const config::KeyPair one = authority.issue({"a.example"}, kind);
    const config::KeyPair other = authority.issue({"b.example"}, kind);
    const config::KeyPair mixed = with_key(one, std::string(other.key_pem.reveal()));
    EXPECT_FALSE(glance_at(mixed));
    EXPECT_EQ(read_pair(mixed).error(), "the private key does not belong to the certificate");
  }
}

TEST(PairGlance, leaves_weak_keys_to_openssl) {
  const config::KeyPair weak = Authority().issue({"a.example"}, KeyKind::WeakRsa);
  EXPECT_FALSE(glance_at(weak));
  EXPECT_LT(read_pair(weak)->strength, 112);
}

TEST(PairGlance, leaves_what_is_missing_or_twice_there_to_openssl) {
  const config::KeyPair pair = Authority().issue({"a.example"});
  const std::string key(pair.key_pem.reveal());
  const std::string chain(pair.chain_pem.text());
  EXPECT_FALSE(glance_at(with_key(pair, "")));
  EXPECT_FALSE(glance_at(with_key(pair, key + key)));
  EXPECT_FALSE(glance_at(with_key(pair, chain)));
  config::KeyPair without = pair;
  without.chain_pem = "no certificate";
  EXPECT_FALSE(glance_at(without));
  without.chain_pem = key;
  EXPECT_FALSE(glance_at(without));
}

// Whatever is changed in it: it is not taken for another one, and nothing is read beyond its end.
TEST(PairGlance, believes_no_pair_that_openssl_refuses_after_a_cut) {
  const config::KeyPair pair = Authority().issue({"a.example"});
  const std::string chain(pair.chain_pem.text());
  for (std::size_t length = 0; length < chain.size(); length += 7) {
    config::KeyPair cut = pair;
    cut.chain_pem = chain.substr(0, length);
    if (glance_at(cut)) {
      EXPECT_TRUE(read_pair_in_full(cut)) << length;
    }
  }
}

TEST(PairGlance, believes_no_authorities_that_openssl_refuses_after_a_cut) {
  const std::string two = std::string(Authority("One").bundle().ca_pem.text()) +
                          std::string(Authority("Another").bundle().ca_pem.text());
  EXPECT_TRUE(look_like_certificates(two));
  EXPECT_FALSE(look_like_certificates(""));
  EXPECT_FALSE(look_like_certificates("not a certificate"));
  for (std::size_t length = 0; length < two.size(); length += 7) {
    if (look_like_certificates(two.substr(0, length))) {
      EXPECT_TRUE(read_certificates(two.substr(0, length))) << length;
    }
  }
}

TEST(PairGlance, survives_every_octet_of_a_certificate_being_another) {
  const config::KeyPair pair = Authority().issue({"a.example"});
  const auto blocks = pem_blocks(pair.chain_pem.text()).value();
  const std::string der = decode_base64(blocks.front().body).value();
  const auto pem_of = [](const std::string& octets) {
    std::string text(octets.size() / 3 * 4 + 8, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(octets.data()),
                                     static_cast<int>(octets.size()));
    text.resize(static_cast<std::size_t>(size));
    return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
  };
  config::KeyPair same = pair;
  same.chain_pem = pem_of(der);
  EXPECT_TRUE(glance_at(same));
  for (std::size_t at = 0; at < der.size(); ++at) {
    for (const int flip : {0x01, 0x80}) {
      std::string other = der;
      other[at] = static_cast<char>(other[at] ^ flip);
      config::KeyPair changed = pair;
      changed.chain_pem = pem_of(other);
      const auto glanced = glance_at(changed);
      const auto full = read_pair_in_full(changed);
      if (glanced && full) {
        EXPECT_EQ(glanced->dns_names, full->dns_names) << at;
        EXPECT_EQ(glanced->key_type, full->key_type) << at;
      }
    }
  }
}

TEST(PemBlocks, takes_base64_as_it_is_written_and_nothing_else) {
  EXPECT_EQ(decode_base64("Zm9v\nYmE=\r\n"), "fooba");
  EXPECT_EQ(decode_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  for (const char* wrong : {"Z", "Zm", "Zm9", "Zm9vY===", "Zm9v=", "Zm 9v", "Zm9=v", "Zm9v:"}) {
    EXPECT_FALSE(decode_base64(wrong)) << wrong;
  }
}

TEST(Der, takes_lengths_in_one_way_only) {
  using namespace std::string_view_literals;
  EXPECT_EQ(Der("\x04\x01z"sv).take(der_tag::kOctets), "z");
  for (const std::string_view wrong :
       {"\x04"sv, "\x04\x02z"sv, "\x04\x80z"sv, "\x04\x81\x01z"sv, "\x04\x82\x00\x01z"sv,
        "\x04\x84\x00\x00\x00\x01z"sv, "\x02\x01z"sv}) {
    Der der(wrong);
    EXPECT_EQ(der.take(der_tag::kOctets), "");
    EXPECT_FALSE(der.ok());
  }
}

}  // namespace
}  // namespace postern::net
