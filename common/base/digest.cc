#include "common/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <bit>
#include <climits>
#include <cstring>

#include "common/base/check.h"

namespace postern {

namespace {

const unsigned char* unsigned_octets(ByteView octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

// As it lies in memory where that is little-endian: a login takes a dozen of these hashes.
std::uint64_t little_endian(const std::uint8_t* octets, std::size_t count) {
  std::uint64_t value = 0;
  std::memcpy(&value, octets, count);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

// The four words of SipHash; the constants spell "somepseudorandomlygeneratedbytes".
struct SipState {
  std::uint64_t v0, v1, v2, v3;

  SipState(std::uint64_t k0, std::uint64_t k1)
      : v0(k0 ^ 0x736f6d6570736575U),
        v1(k1 ^ 0x646f72616e646f6dU),
        v2(k0 ^ 0x6c7967656e657261U),
        v3(k1 ^ 0x7465646279746573U) {}

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

Sha256 sha256(ByteView octets) {
  Sha256 out{};
  unsigned size = 0;
  const int done =
      EVP_Digest(octets.data(), octets.size(), out.data(), &size, EVP_sha256(), nullptr);
  check(done == 1 && size == out.size(), "OpenSSL can do SHA-256");
  return out;
}

Sha256 hmac_sha256(ByteView key, ByteView octets) {
  check(key.size() <= INT_MAX, "a key for HMAC is short");
  Sha256 out{};
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data() ? key.data() : "", static_cast<int>(key.size()),
                          unsigned_octets(octets), octets.size(), out.data(), &size);
  check(done != nullptr && size == out.size(), "OpenSSL can do HMAC");
  return out;
}

std::uint64_t siphash24(const SipKey& key, ByteView octets) {
  const auto* in = reinterpret_cast<const std::uint8_t*>(octets.data());
  const std::size_t tail = octets.size() % 8;
  SipState state(little_endian(key.data(), 8), little_endian(key.data() + 8, 8));
  for (std::size_t i = 0; i + 8 <= octets.size(); i += 8) state.absorb(little_endian(in + i, 8));
  const std::uint64_t rest = tail > 0 ? little_endian(in + octets.size() - tail, tail) : 0;
  state.absorb(rest | std::uint64_t{octets.size()} << 56U);
  state.v2 ^= 0xFF;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::string hex(ByteView octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(octets.size() * 2);
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    out.push_back(kDigits[octet >> 4U]);
    out.push_back(kDigits[octet & 15U]);
  }
  return out;
}

namespace {

void draw(void* out, std::size_t octets) {
  check(octets <= INT_MAX, "random octets are asked for in small numbers");
  check(RAND_bytes(static_cast<unsigned char*>(out), static_cast<int>(octets)) == 1,
        "the system has random octets");
}

// What a thread has drawn and not given away yet: a tag for each login is not worth a draw of its
// own. Nothing is given twice, or kept once it is given.
class DrawnOctets {
 public:
  static constexpr std::size_t kMost =
      16;  // of one request: keys are longer, and drawn for themselves

  ~DrawnOctets() { wipe(octets_.data(), octets_.size()); }
  void give(void* out, std::size_t octets) {
    if (left_ < octets) {
      draw(octets_.data(), octets_.size());
      left_ = octets_.size();
    }
    left_ -= octets;
    std::memcpy(out, octets_.data() + left_, octets);
    wipe(octets_.data() + left_, octets);
  }

 private:
  std::array<char, 512> octets_{};
  std::size_t left_ = 0;
};

}  // namespace

void random_octets(void* out, std::size_t octets) {
  thread_local DrawnOctets drawn;
  octets <= DrawnOctets::kMost ? drawn.give(out, octets) : draw(out, octets);
}

}  // namespace postern
