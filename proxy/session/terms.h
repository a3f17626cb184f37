// What a session keeps of its MailServer while it relays: values, of which a worker has one set a
// server in use. Adopting a snapshot changes the set, so running sessions go by the new terms at
// their next tick and nobody walks them; no snapshot is kept alive by them (I3.4).
// Thread: the worker's own; the counts are not atomic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/config/server.h"
#include "common/config/snapshot.h"

namespace postern::session {

struct TenantTerms {
  Duration idle{};
  std::uint64_t bytes_per_second = 0;  // of one session, each way; 0: not limited
  config::SessionLogging logging = config::SessionLogging::All;
  LogLevel least = LogLevel::Info;
  bool gone = false;  // it is served no more: these are its last terms
};
static_assert(std::is_trivially_copyable_v<TenantTerms>, "values only: no snapshot hides here");

[[nodiscard]] TenantTerms terms_of(const config::Server& server);

// For maps that are asked by string_view: a look-up allocates nothing.
struct NameHash {
  using is_transparent = void;
  [[nodiscard]] std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>{}(name);
  }
};

class TermsTable;

// A counted hold on the terms of one server; its end gives them back.
class TermsRef {
 public:
  TermsRef() = default;
  ~TermsRef() { release(); }
  TermsRef(TermsRef&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  TermsRef& operator=(TermsRef&& other) noexcept;
  const TenantTerms* operator->() const { return &entry_->terms; }
  const TenantTerms& operator*() const { return *operator->(); }

 private:
  friend class TermsTable;
  struct Entry {
    TenantTerms terms;
    std::size_t held = 0;
    TermsTable* table = nullptr;
    const std::string* name = nullptr;  // the key under which it stands
  };
  explicit TermsRef(Entry* entry) : entry_(entry) {}
  void release();

  Entry* entry_ = nullptr;
};

class TermsTable {
 public:
  TermsTable() = default;
  TermsTable(const TermsTable&) = delete;
  TermsTable& operator=(const TermsTable&) = delete;

  // `server` counts only when nobody relays under that name yet: give the newest.
  [[nodiscard]] TermsRef hold(std::string_view name, const config::Server& server);
  // Servers that are gone keep their last terms as long as somebody relays under them. True: one
  // went, or came back.
  [[nodiscard]] bool update(const config::Snapshot& snapshot);
  [[nodiscard]] std::size_t in_use() const { return entries_.size(); }

 private:
  friend class TermsRef;
  std::unordered_map<std::string, TermsRef::Entry, NameHash, std::equal_to<>> entries_;
};

}  // namespace postern::session
