#include "proxy/net/pair_glance.h"

#include <openssl/evp.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "common/base/ascii.h"
#include "common/base/secret.h"
#include "proxy/net/der.h"
#include "proxy/net/pem_blocks.h"

namespace postern::net {

namespace {

using namespace std::string_view_literals;

// Object identifiers, as DER has them.
constexpr auto kEcKey = "\x2A\x86\x48\xCE\x3D\x02\x01"sv;
constexpr auto kRsaKey = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;
constexpr auto kAlternativeNames = "\x55\x1D\x11"sv;
// With SHA-256, SHA-384, SHA-512: by ECDSA and by RSA.
constexpr std::string_view kStrongSignatures[] = {
    "\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv,     "\x2A\x86\x48\xCE\x3D\x04\x03\x03"sv,
    "\x2A\x86\x48\xCE\x3D\x04\x03\x04"sv,     "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B"sv,
    "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C"sv, "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D"sv};
struct Curve {
  std::string_view id;
  std::uint16_t scheme;
};
constexpr Curve kCurves[] = {{"\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv, 0x0403},
                             {"\x2B\x81\x04\x00\x22"sv, 0x0503},
                             {"\x2B\x81\x04\x00\x23"sv, 0x0603}};
constexpr std::uint8_t kDnsName = 0x82;
constexpr std::size_t kLeastRsaOctets = 256;
// What SHA-256 and RSA of 2048 bits give, and nothing here gives less.
constexpr int kStrength = 112;

// Of a certificate or of a private key.
struct PublicKey {
  std::string_view algorithm;
  std::string_view curve;  // of an EC key
  std::string_view value;  // point, or modulus
  std::string_view exponent;
  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

PublicKey rsa_key(Der numbers) {
  PublicKey key{kRsaKey, {}, numbers.take(der_tag::kInteger), {}};
  key.exponent = numbers.take(der_tag::kInteger);
  if (!numbers.ok()) key.value = {};
  return key;
}

// Without the count of unused bits, which is 0.
std::string_view bits_of(std::string_view bit_string) {
  if (bit_string.empty() || bit_string.front() != '\0') return {};
  return bit_string.substr(1);
}

PublicKey public_key(Der info) {
  Der algorithm(info.take(der_tag::kSequence));
  const auto id = algorithm.take(der_tag::kIdentifier);
  const auto bits = bits_of(info.take(der_tag::kBits));
  if (id == kEcKey) return {kEcKey, algorithm.take(der_tag::kIdentifier), bits, {}};
  if (id == kRsaKey) return rsa_key(Der(Der(bits).take(der_tag::kSequence)));
  return {};
}

// Of an ECPrivateKey (RFC 5915); the curve stands in it or around it.
PublicKey ec_public(Der key, std::string_view curve) {
  const bool is_first_version = key.take(der_tag::kInteger) == "\x01"sv;
  const bool has_scalar = !key.take(der_tag::kOctets).empty();
  if (const auto parameters = key.take_if(der_tag::kFirst)) {
    const auto own = Der(*parameters).take(der_tag::kIdentifier);
    if (!curve.empty() && own != curve) return {};
    curve = own;
  }
  const auto point = key.take_if(der_tag::kFirst + 1);
  if (!is_first_version || !has_scalar || !point) return {};
  return {kEcKey, curve, bits_of(Der(*point).take(der_tag::kBits)), {}};
}

PublicKey rsa_public(Der key) {
  if (key.take(der_tag::kInteger) != "\0"sv) return {};
  return rsa_key(key);
}

// RFC 5958, and the two older forms that OpenSSL has.
PublicKey public_of_private(std::string_view label, std::string_view octets) {
  Der whole(octets);
  Der key(whole.take(der_tag::kSequence));
  if (!whole.ended()) return {};
  if (label == "EC PRIVATE KEY") return ec_public(key, {});
  if (label == "RSA PRIVATE KEY") return rsa_public(key);
  if (label != "PRIVATE KEY" || key.take(der_tag::kInteger) != "\0"sv) return {};
  Der algorithm(key.take(der_tag::kSequence));
  const auto id = algorithm.take(der_tag::kIdentifier);
  Der inner(Der(key.take(der_tag::kOctets)).take(der_tag::kSequence));
  if (id == kEcKey) return ec_public(inner, algorithm.take(der_tag::kIdentifier));
  return id == kRsaKey ? rsa_public(inner) : PublicKey{};
}

// "260101000000Z": of this century, as certificates write times until 2049.
std::time_t utc_time(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_time = text.size() == 13 && text.back() == 'Z' &&
                       std::all_of(text.begin(), text.end() - 1, digit) && text.front() < '5';
  if (!is_time) return 0;
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  std::tm when{};
  when.tm_year = 100 + two(0);
  when.tm_mon = two(2) - 1;
  when.tm_mday = two(4);
  when.tm_hour = two(6);
  when.tm_min = two(8);
  when.tm_sec = two(10);
  return ::timegm(&when);
}

struct Glanced {
  PublicKey key;
  std::time_t begins = 0;
  std::vector<std::string> names;
  bool is_strong = false;
  bool is_whole = false;
};

// False: there is something wrong with them.
bool add_names(Der octets, Glanced& out) {
  Der names(octets.take(der_tag::kSequence));
  while (names.ok() && !names.ended()) {
    if (names.next_tag() == kDnsName) {
      out.names.push_back(lower(names.take(kDnsName)));
    } else {
      names.skip();
    }
  }
  return names.ok() && octets.ended();
}

bool read_extensions(Der extensions, Glanced& out) {
  bool is_whole = true;
  while (extensions.ok() && !extensions.ended()) {
    Der one(extensions.take(der_tag::kSequence));
    if (one.take(der_tag::kIdentifier) != kAlternativeNames) continue;
    if (one.next_tag() != der_tag::kOctets) one.skip();  // critical
    is_whole = add_names(Der(one.take(der_tag::kOctets)), out) && one.ended() && is_whole;
  }
  return extensions.ok() && is_whole;
}

// RFC 5280 §4.1.
Glanced look_at_certificate(std::string_view octets) {
  Glanced out;
  Der file(octets);
  Der whole(file.take(der_tag::kSequence));
  Der tbs(whole.take(der_tag::kSequence));
  Der algorithm(whole.take(der_tag::kSequence));
  const bool is_signed = !whole.take(der_tag::kBits).empty();
  const auto signature = algorithm.take(der_tag::kIdentifier);
  out.is_strong = std::ranges::find(kStrongSignatures, signature) != std::end(kStrongSignatures);
  const bool is_third_version = tbs.take(der_tag::kFirst) == "\x02\x01\x02"sv;
  static_cast<void>(tbs.take(der_tag::kInteger));
  tbs.skip();  // its signature algorithm
  tbs.skip();  // issuer
  Der validity(tbs.take(der_tag::kSequence));
  out.begins = utc_time(validity.take(der_tag::kUtcTime));
  tbs.skip();  // subject
  out.key = public_key(Der(tbs.take(der_tag::kSequence)));
  const auto extensions = tbs.take_if(der_tag::kFirst + 3);
  const bool is_read =
      !extensions || read_extensions(Der(Der(*extensions).take(der_tag::kSequence)), out);
  out.is_whole =
      is_read && file.ended() && whole.ended() && tbs.ended() && is_signed && is_third_version;
  return out;
}

// Nothing where the key is of a kind that is not known here, or weak.
std::optional<PairFacts> facts_of(Glanced leaf) {
  PairFacts facts;
  if (leaf.key.algorithm == kEcKey) {
    const auto* curve = std::ranges::find(kCurves, leaf.key.curve, &Curve::id);
    if (curve == std::end(kCurves) || leaf.key.value.empty()) return std::nullopt;
    facts.key_type = EVP_PKEY_EC;
    facts.schemes = {curve->scheme};
  } else {
    const bool is_large = leaf.key.value.size() > kLeastRsaOctets && leaf.key.value[0] == '\0';
    if (leaf.key.algorithm != kRsaKey || !is_large) return std::nullopt;
    facts.key_type = EVP_PKEY_RSA;
    facts.schemes = {0x0804, 0x0805, 0x0806};
  }
  facts.strength = kStrength;
  facts.begins = leaf.begins;
  std::sort(leaf.names.begin(), leaf.names.end());
  facts.dns_names = leaf.names;
  return facts;
}

}  // namespace

std::optional<PairFacts> glance_at(const config::KeyPair& pair) {
  const auto chain = pem_blocks(pair.chain_pem.text());
  const auto keys = pem_blocks(pair.key_pem.reveal());
  if (!chain || chain->empty() || !keys || keys->size() != 1) return std::nullopt;
  std::optional<std::string> leaf_octets;  // what it says is looked at until the end
  Glanced leaf;
  for (const PemBlock& block : *chain) {
    auto octets = block.label == "CERTIFICATE" ? decode_base64(block.body) : std::nullopt;
    if (!octets) return std::nullopt;
    if (!leaf_octets) {
      leaf_octets = std::move(octets);
      leaf = look_at_certificate(*leaf_octets);
      if (!leaf.is_whole || !leaf.is_strong || leaf.begins == 0) return std::nullopt;
    } else if (!look_at_certificate(*octets).is_whole) {
      return std::nullopt;
    }
  }
  auto key_octets = decode_base64(keys->front().body);
  if (!key_octets) return std::nullopt;
  const bool belong = public_of_private(keys->front().label, *key_octets) == leaf.key;
  wipe(key_octets->data(), key_octets->size());
  return belong ? facts_of(std::move(leaf)) : std::nullopt;
}

bool look_like_certificates(ByteView pem) {
  const auto blocks = pem_blocks(pem);
  return blocks && !blocks->empty() && std::ranges::all_of(*blocks, [](const PemBlock& block) {
           const auto octets =
               block.label == "CERTIFICATE" ? decode_base64(block.body) : std::nullopt;
           return octets && look_at_certificate(*octets).is_whole;
         });
}

}  // namespace postern::net
