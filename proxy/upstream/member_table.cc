#include "proxy/upstream/member_table.h"

#include <algorithm>

namespace postern::upstream {

MemberPlace& MemberPlace::operator=(MemberPlace&& other) noexcept {
  if (this != &other) {
    release();
    member_ = std::exchange(other.member_, nullptr);
  }
  return *this;
}

std::optional<MemberPlace> MemberPlace::take(std::shared_ptr<MemberState> member,
                                             std::uint32_t most) {
  std::uint32_t now = member->sessions.load(std::memory_order_relaxed);
  do {
    if (most != 0 && now >= most) return std::nullopt;
  } while (!member->sessions.compare_exchange_weak(now, now + 1, std::memory_order_relaxed));
  return MemberPlace(std::move(member));
}

void MemberPlace::release() {
  if (!member_) return;
  member_->sessions.fetch_sub(1, std::memory_order_relaxed);
  member_.reset();
}

std::shared_ptr<MemberState> MemberTable::find(std::string_view backend,
                                               std::string_view endpoint) {
  const std::lock_guard held(lock_);
  Key key(backend, endpoint);
  const auto known = members_.find(key);
  if (known != members_.end()) {
    if (auto state = known->second.lock()) return state;
  }
  if (members_.size() >= look_at_) forget_gone();
  auto fresh = std::make_shared<MemberState>();
  members_.insert_or_assign(std::move(key), fresh);
  return fresh;
}

void MemberTable::forget_gone() {
  std::erase_if(members_, [](const auto& one) { return one.second.expired(); });
  look_at_ = std::max<std::size_t>(64, members_.size() * 2);
}

std::size_t MemberTable::size() const {
  const std::lock_guard held(lock_);
  return static_cast<std::size_t>(
      std::ranges::count_if(members_, [](const auto& one) { return !one.second.expired(); }));
}

}  // namespace postern::upstream
