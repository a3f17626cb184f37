#include "proxy/upstream/health.h"

#include <algorithm>

namespace postern::upstream {

namespace {

constexpr std::uint32_t kMostThreshold = 100;  // of healthCheck.failureThreshold

}  // namespace

HealthRecord& Health::at(std::string_view backend, std::string_view endpoint) {
  auto members = backends_.find(backend);
  if (members == backends_.end()) members = backends_.emplace(backend, Members{}).first;
  auto found = members->second.find(endpoint);
  if (found == members->second.end()) {
    found = members->second.emplace(endpoint, HealthRecord{}).first;
  }
  return found->second;
}

void Health::succeeded(std::string_view backend, std::string_view endpoint, Instant now) {
  HealthRecord& record = at(backend, endpoint);
  record.last_success = now;
  record.failures_in_a_row = 0;
}

void Health::failed(std::string_view backend, std::string_view endpoint, Instant now) {
  HealthRecord& record = at(backend, endpoint);
  record.last_failure = now;
  // Counting on would only tell how often it was tried; no threshold is above this.
  record.failures_in_a_row = std::min(record.failures_in_a_row + 1, kMostThreshold);
}

const HealthRecord* Health::record(std::string_view backend, std::string_view endpoint) const {
  const auto members = backends_.find(backend);
  if (members == backends_.end()) return nullptr;
  const auto found = members->second.find(endpoint);
  return found == members->second.end() ? nullptr : &found->second;
}

bool Health::usable(std::string_view backend, std::string_view endpoint, HealthMoment at) const {
  const HealthRecord* known = record(backend, endpoint);
  if (known == nullptr || known->failures_in_a_row < at.check.failure_threshold) return true;
  return at.now - *known->last_failure >= at.check.interval;
}

void Health::keep_only(std::string_view backend, const config::EndpointSet* endpoints) {
  const auto members = backends_.find(backend);
  if (members == backends_.end()) return;
  if (endpoints == nullptr) {
    backends_.erase(members);
    return;
  }
  std::erase_if(members->second, [&](const auto& member) {
    return std::ranges::find(endpoints->endpoints, member.first, &config::Endpoint::id) ==
           endpoints->endpoints.end();
  });
}

std::size_t Health::records() const {
  std::size_t sum = 0;
  for (const auto& [backend, members] : backends_) sum += members.size();
  return sum;
}

}  // namespace postern::upstream
