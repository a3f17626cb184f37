// MemberTable: what all workers of a proxy share about each member of each backend: how many
// sessions are there, and what its checks say. A worker looks a member up under the lock when it
// meets it first (Members keeps it); counting is an atomic, on no path is there a lock.
// A MemberPlace is a moved value and gives itself back, so the counts cannot drift. A member that
// is gone is forgotten when its last session is: one that comes back meanwhile has its count still.
// Threads: any.
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
#include <utility>

namespace postern::upstream {

struct MemberState {
  std::atomic<std::uint32_t> sessions{0};
  std::atomic<bool> out{false};  // its checks failed: put behind the others
};

class MemberPlace {
 public:
  MemberPlace() = default;
  ~MemberPlace() { release(); }
  MemberPlace(MemberPlace&& other) noexcept : member_(std::exchange(other.member_, nullptr)) {}
  MemberPlace& operator=(MemberPlace&& other) noexcept;

  // Nothing: the member has `most` sessions. 0: there is no bound, and it is counted all the same.
  [[nodiscard]] static std::optional<MemberPlace> take(std::shared_ptr<MemberState> member,
                                                       std::uint32_t most);
  [[nodiscard]] bool held() const { return member_ != nullptr; }
  void release();

 private:
  explicit MemberPlace(std::shared_ptr<MemberState> member) : member_(std::move(member)) {}

  std::shared_ptr<MemberState> member_;
};

class MemberTable {
 public:
  MemberTable() = default;
  MemberTable(const MemberTable&) = delete;
  MemberTable& operator=(const MemberTable&) = delete;

  [[nodiscard]] std::shared_ptr<MemberState> find(std::string_view backend,
                                                  std::string_view endpoint);
  // Members that somebody still knows.
  [[nodiscard]] std::size_t size() const;

 private:
  using Key = std::pair<std::string, std::string>;  // BACKEND resource, member

  void forget_gone();

  mutable std::mutex lock_;
  std::map<Key, std::weak_ptr<MemberState>> members_;
  std::size_t look_at_ = 64;  // that many entries, and those that are gone are looked for
};

}  // namespace postern::upstream
