// PasswordSums: 16 bits of each wrong password, so that the same one again (an old phone) can be
// told from another guess. HMAC-SHA-256 under a key that is random, of this process and of the
// day: who steals the table learns next to nothing, tomorrow less. Nothing of a password is kept.
// Threads: any; nothing changes after it was made.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/bytes.h"
#include "common/base/clock.h"

namespace postern::quota {

class PasswordSums {
 public:
  PasswordSums();
  // Never 0; 0 for no password (a mechanism that shows none). `account` is a hash of server and
  // user: it goes into the key, so that the password need not be copied to be joined with it.
  [[nodiscard]] std::uint16_t of(std::uint64_t account, ByteView password, Instant now) const;

 private:
  std::array<char, 32> key_{};
};

}  // namespace postern::quota
