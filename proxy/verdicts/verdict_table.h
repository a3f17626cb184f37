// VerdictTable: answers of auth services that are kept, for all workers of a proxy. A shelf for
// each provider, so that one tenant's users push out nobody else's; on a full shelf the one used
// longest ago goes. Values only: a password among them is sealed (sealed.h), and no name is in the
// key. Threads: any; a lock is held for one look-up, never while something is freed or computed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "proxy/verdicts/verdict_keys.h"

namespace postern::verdicts {

// No acceptance is used longer than this after it has expired, however long the service is away.
inline constexpr std::chrono::hours kStalest{24};

// An answer without its password.
struct Verdict {
  bool accepted = false;
  std::string user = {};
  std::optional<ServerAddress> backend = {};
  std::map<std::string, std::string> attributes = {};
  std::string sealed_password = {};  // empty: none was returned
  std::string text = {};             // of a refusal, as the rest
  std::optional<Duration> wait = {};
  std::string error_code = {};
  std::string challenge = {};

  Instant fresh_until{};
  Instant usable_until{};  // while the service is away
};
using KeptVerdict = std::shared_ptr<const Verdict>;

// With another bound it is another shelf, and the one before is cleared.
struct ShelfName {
  std::string_view provider;  // PROVIDER resource
  std::uint32_t max_entries = 0;
};

class Shelf;

class VerdictTable {
 public:
  VerdictTable();
  ~VerdictTable();
  VerdictTable(const VerdictTable&) = delete;
  VerdictTable& operator=(const VerdictTable&) = delete;

  [[nodiscard]] const VerdictKeys& keys() const { return keys_; }

  // Null: it is not here. Whether it is fresh is for the caller to look at.
  [[nodiscard]] KeptVerdict find(const ShelfName& shelf, const VerdictKey& key, Instant now);
  void put(const ShelfName& shelf, const VerdictKey& key, Verdict verdict, Instant now);
  void erase(const ShelfName& shelf, const VerdictKey& key, Instant now);
  [[nodiscard]] std::size_t entries() const { return *entries_; }

 private:
  [[nodiscard]] std::shared_ptr<Shelf> shelf_of(const ShelfName& name, Instant now);

  VerdictKeys keys_;
  std::mutex lock_;  // of the shelves' list, not of the shelves
  std::map<std::string, std::shared_ptr<Shelf>, std::less<>> shelves_;
  Instant sweep_at_{};
  std::shared_ptr<std::atomic<std::size_t>> entries_;
};

}  // namespace postern::verdicts
