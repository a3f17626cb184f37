#include "proxy/upstream/members.h"

#include <algorithm>

namespace postern::upstream {

Members::Backend& Members::at(std::string_view backend) {
  const auto found = backends_.find(backend);
  if (found != backends_.end()) return found->second;
  Backend& fresh = backends_[std::string(backend)];
  fresh.turn = first_;
  return fresh;
}

const std::shared_ptr<MemberState>& Members::of(std::string_view backend,
                                                std::string_view endpoint) {
  auto& members = at(backend).members;
  const auto found = members.find(endpoint);
  if (found != members.end()) return found->second;
  return members.emplace(std::string(endpoint), table_.find(backend, endpoint)).first->second;
}

std::uint64_t Members::next_turn(std::string_view backend) { return at(backend).turn++; }

void Members::keep_only(std::string_view backend, const config::EndpointSet* endpoints) {
  const auto found = backends_.find(backend);
  if (found == backends_.end()) return;
  if (endpoints == nullptr) {
    backends_.erase(found);
    return;
  }
  std::erase_if(found->second.members, [&](const auto& member) {
    return std::ranges::find(endpoints->endpoints, member.first, &config::Endpoint::id) ==
           endpoints->endpoints.end();
  });
}

std::size_t Members::known() const {
  std::size_t sum = 0;
  for (const auto& [name, backend] : backends_) sum += backend.members.size();
  return sum;
}

bool View::usable(std::string_view endpoint) const {
  if (of_.check.mode == config::HealthMode::Disabled) return true;
  if (!health_.usable(of_.backend, endpoint, {of_.check, of_.now})) return false;
  return !of_.check.is_active() ||
         !members_.of(of_.backend, endpoint)->out.load(std::memory_order_relaxed);
}

std::uint32_t View::sessions(std::string_view endpoint) const {
  return members_.of(of_.backend, endpoint)->sessions.load(std::memory_order_relaxed);
}

}  // namespace postern::upstream
