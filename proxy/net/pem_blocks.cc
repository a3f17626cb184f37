#include "proxy/net/pem_blocks.h"

#include <array>
#include <cstdint>

namespace postern::net {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> base64_table() {
  std::array<std::uint8_t, 256> out{};
  for (auto& one : out) one = kNone;
  std::uint8_t value = 0;
  for (char c = 'A'; c <= 'Z'; ++c) out[static_cast<std::uint8_t>(c)] = value++;
  for (char c = 'a'; c <= 'z'; ++c) out[static_cast<std::uint8_t>(c)] = value++;
  for (char c = '0'; c <= '9'; ++c) out[static_cast<std::uint8_t>(c)] = value++;
  out['+'] = 62;
  out['/'] = 63;
  return out;
}
constexpr auto kBase64 = base64_table();

}  // namespace

std::optional<std::vector<PemBlock>> pem_blocks(ByteView pem) {
  std::vector<PemBlock> out;
  for (auto at = pem.find(kBegin); at != ByteView::npos; at = pem.find(kBegin)) {
    pem.remove_prefix(at + kBegin.size());
    const auto label_end = pem.find(kDashes);
    if (label_end == ByteView::npos) return std::nullopt;
    const ByteView label = pem.substr(0, label_end);
    pem.remove_prefix(label_end + kDashes.size());
    const auto body_end = pem.find(kEnd);
    if (body_end == ByteView::npos) return std::nullopt;
    out.push_back({label, pem.substr(0, body_end)});
    pem.remove_prefix(body_end + kEnd.size());
    if (!pem.starts_with(label) || !pem.substr(label.size()).starts_with(kDashes)) {
      return std::nullopt;
    }
    pem.remove_prefix(label.size() + kDashes.size());
  }
  return out;
}

std::optional<std::string> decode_base64(ByteView body) {
  std::string out;
  out.reserve(body.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int digits = 0;
  int padding = 0;
  for (const char c : body) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::uint8_t value = kBase64[static_cast<std::uint8_t>(c)];
    if (value == kNone || padding > 0) return std::nullopt;
    bits = bits << 6 | value;
    if (++digits % 4 != 0) continue;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<char>(bits >> shift & 0xFF));
    bits = 0;
  }
  const int left = digits % 4;
  const bool is_whole = left == 0 ? padding == 0 : left > 1 && padding == 4 - left;
  if (!is_whole) return std::nullopt;
  if (left == 2) out.push_back(static_cast<char>(bits >> 4 & 0xFF));
  if (left == 3) {
    out.push_back(static_cast<char>(bits >> 10 & 0xFF));
    out.push_back(static_cast<char>(bits >> 2 & 0xFF));
  }
  return out;
}

}  // namespace postern::net
