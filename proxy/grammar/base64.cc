#include "proxy/grammar/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/base/check.h"

namespace postern::grammar::base64 {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNotOne = 0xFF;

constexpr std::array<std::uint8_t, 256> values_of_alphabet() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNotOne);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kValues = values_of_alphabet();

std::uint8_t value_of(char c) { return kValues[static_cast<unsigned char>(c)]; }

std::size_t padding_of(ByteView text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

// Four characters, the last `padding` of them '='; false when unused bits are set.
bool decode_group(ByteView four, std::size_t padding, std::array<char, 3>& out) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    bits = bits << 6U | (i < 4 - padding ? value_of(four[i]) : 0U);
  }
  for (std::size_t i = 0; i < 3; ++i) out[i] = static_cast<char>(bits >> (16 - 8 * i) & 0xFFU);
  const std::uint32_t unused = padding == 0 ? 0U : padding == 1 ? 0xFFU : 0xFFFFU;
  return (bits & unused) == 0;
}

void encode_into(ByteView octets, char* out) {
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const std::size_t here = std::min<std::size_t>(3, octets.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < here ? static_cast<unsigned char>(octets[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      *out++ = i <= here ? kAlphabet[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
}

std::size_t encoded_size(ByteView octets) { return (octets.size() + 2) / 3 * 4; }

}  // namespace

Result<Buffer, Malformed> decode(ByteView text, std::size_t most) {
  if (text.size() % 4 != 0) {
    return Fail<Malformed>({"base64 comes in groups of four, padding included", text.size()});
  }
  const std::size_t padding = padding_of(text);
  const std::size_t size = text.size() / 4 * 3 - padding;
  if (size > most) return Fail<Malformed>({"the base64 is too long", text.size()});
  const ByteView digits = text.substr(0, text.size() - padding);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (value_of(digits[i]) == kNotOne) return Fail<Malformed>({"an octet is not base64", i});
  }
  Buffer out(size);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const std::size_t pad = at + 4 == text.size() ? padding : 0;
    std::array<char, 3> three{};
    const bool canonical = decode_group(text.substr(at, 4), pad, three);
    if (!canonical) return Fail<Malformed>({"the last bits of the base64 are not zero", at});
    check(out.append({three.data(), 3 - pad}), "decoded base64 fits what was counted");
    wipe(three.data(), three.size());
  }
  return out;
}

std::string encode(ByteView octets) {
  std::string out(encoded_size(octets), '\0');
  encode_into(octets, out.data());
  return out;
}

Secret encode_secret(ByteView octets) {
  const std::size_t size = encoded_size(octets);
  Buffer out(size);
  encode_into(octets, out.prepare(size).data());
  out.commit(size);
  return Secret(out.view());
}

}  // namespace postern::grammar::base64
