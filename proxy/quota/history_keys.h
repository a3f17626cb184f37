// HistoryKeys: under which keys an attempt is counted. 64 bits of SipHash with a key of this
// process: names are not kept, and nobody outside can aim at another's entry. Keys of one attempt
// are made from a fixed array, without allocation, whatever the names are.
// Threads: any; nothing changes after it was made.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/address.h"
#include "common/base/digest.h"

namespace postern::quota {

enum class Counted : std::uint8_t {
  Source,           // IPv4 /32, IPv6 /64
  SourceNet,        // IPv6 /48: one customer's supply of /64s
  Neighbours,       // IPv4 /24, IPv6 /56: names that nobody has, tried from there
  User,             // from sources where he never logged in
  UserAtSource,     // one user at one source
  KnownSources,     // of one user, the 8 newest
  KnownSourcesToo,  // and the 8 before
};

// One attempt, as far as keys go. Hashes of names are made once.
struct Counting {
  std::uint64_t server = 0;
  std::uint64_t account = 0;  // of server and user
  IpAddress source;
};

class HistoryKeys {
 public:
  HistoryKeys();
  [[nodiscard]] Counting counting(std::string_view server, std::string_view user,
                                  const IpAddress& source) const;
  // Never 0.
  [[nodiscard]] std::uint64_t key(Counted what, const Counting& of) const;

 private:
  SipKey key_{};
};

}  // namespace postern::quota
