// Hashes, so that pure rooms can hash: SHA-256 (versions, seeds), HMAC-SHA-256, SipHash-2-4
// (placement). Library errors end the process: they mean that OpenSSL itself is broken.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/base/bytes.h"

namespace postern {

using Sha256 = std::array<std::uint8_t, 32>;
using SipKey = std::array<std::uint8_t, 16>;

[[nodiscard]] Sha256 sha256(ByteView octets);
[[nodiscard]] Sha256 hmac_sha256(ByteView key, ByteView octets);
[[nodiscard]] std::uint64_t siphash24(const SipKey& key, ByteView octets);
[[nodiscard]] std::string hex(ByteView octets);
template <std::size_t N>
[[nodiscard]] std::string hex(const std::array<std::uint8_t, N>& octets) {
  return hex(ByteView(reinterpret_cast<const char*>(octets.data()), N));
}
// From the system's generator; for tags, nonces, session ids.
void random_octets(void* out, std::size_t octets);

}  // namespace postern
