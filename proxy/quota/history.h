// History: what failed logins cost a source and a user, in this proxy alone. One for all workers.
//
// A source that goes on failing waits longer and longer before anybody is asked (penalty.h), and is
// refused for a while after too many failures; so is a user, for sources where he never logged in.
// Where he did, within 30 days and among his 16 newest such sources, neither strangers nor his
// neighbours behind the same address can delay him or lock him out: only what failed as him there
// counts. The same wrong password again is no guess and costs nothing.
//
// Counted under IPv4 /32 and IPv6 /64; IPv6 /48 too, with 16 times the limits; names that nobody
// has under /24 and /56 too. Exempt networks are neither counted, delayed nor blocked.
// Holds no name, no address and no password: hashes only, in fixed memory (history_table.h).
// Threads: any. Time comes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/address.h"
#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/config/login_protection.h"
#include "proxy/quota/history_keys.h"
#include "proxy/quota/history_table.h"
#include "proxy/quota/password_sums.h"

namespace postern::quota {

// One login, from the arrival of its credentials to its verdict.
struct Attempt {
  IpAddress source;
  std::string_view server;  // SERVER resource
  std::string_view user;    // whose credentials they are, lower case; empty: not known
  ByteView password;        // or token; empty: the mechanism shows none
  Instant arrived{};        // penalties fall until then, not while he waits for them
};

enum class Block : std::uint8_t { None, Source, User };
[[nodiscard]] std::string_view name_of(Block block);  // "block_source"

struct Verdict {
  Duration wait{0};
  Block block = Block::None;
};

enum class Guess : std::uint8_t { WrongPassword, UnknownUser };

class History {
 public:
  // 262 144 entries, 12 MiB: sources that fail at the same time. Beyond, the lightest is forgotten.
  static constexpr std::size_t kSets = std::size_t{1} << 16;

  explicit History(std::size_t sets = kSets) : table_(sets) {}

  // Before anybody is asked; and once more after the wait, for blocks that began meanwhile.
  [[nodiscard]] Verdict before_asking(const Attempt& attempt,
                                      const config::LoginProtection& protection, Instant now) const;
  void failed(const Attempt& attempt, const config::LoginProtection& protection, Instant now,
              Guess guess);
  void succeeded(const Attempt& attempt, const config::LoginProtection& protection, Instant now);

  // For metrics and tests.
  [[nodiscard]] std::size_t entries() const { return table_.entries(); }
  [[nodiscard]] std::size_t capacity() const { return table_.capacity(); }

 private:
  struct Raise;

  [[nodiscard]] bool is_known(const Counting& counting, Instant now) const;
  [[nodiscard]] Verdict judge(Counted what, const Counting& counting,
                              const config::LoginProtection& protection, Instant now) const;
  [[nodiscard]] bool is_repeated(const Counting& counting, std::uint16_t sum, bool has_user);
  void raise(Counted what, const Counting& counting, const Raise& raise);

  HistoryKeys keys_;
  PasswordSums sums_;
  HistoryTable table_;
};

}  // namespace postern::quota
