#include "proxy/quota/password_sums.h"

#include <algorithm>
#include <cstring>

#include "common/base/digest.h"

namespace postern::quota {

PasswordSums::PasswordSums() { random_octets(key_.data(), key_.size()); }

std::uint16_t PasswordSums::of(std::uint64_t account, ByteView password, Instant now) const {
  if (password.empty()) return 0;
  const std::int64_t day =
      std::chrono::duration_cast<std::chrono::days>(now.time_since_epoch()).count();
  std::array<char, 32 + sizeof(day) + sizeof(account)> key{};
  auto end = std::copy(key_.begin(), key_.end(), key.begin());
  std::memcpy(&*end, &day, sizeof(day));
  std::memcpy(&*(end + sizeof(day)), &account, sizeof(account));
  Sha256 digest = hmac_sha256(ByteView(key.data(), key.size()), password);
  const auto sum = static_cast<std::uint16_t>((digest[0] << 8U) | digest[1]);
  wipe(digest.data(), digest.size());
  wipe(key.data(), key.size());
  return std::max<std::uint16_t>(sum, 1);
}

}  // namespace postern::quota
