// The half of Distribution that says what became of it: reports and metrics.
#include <algorithm>

#include <fmt/format.h>

#include "controller/publish/distribution.h"

namespace postern::publish {

namespace {

ProxyState state_of(const ProxyRecord& record) {
  if (record.sequence() == 0) return ProxyState::Connected;
  switch (record.state()) {
    case ApplyReport::State::Active: return ProxyState::Active;
    case ApplyReport::State::PartiallyActive: return ProxyState::PartiallyActive;
    case ApplyReport::State::Rejected: return ProxyState::Rejected;
    case ApplyReport::State::Gone: break;
  }
  return ProxyState::Connected;
}

}  // namespace

ApplyReport Distribution::report_of(const Connection& connection) const {
  ApplyReport report = connection.record->report(wanted_);
  report.load = connection.load;
  report.drain = connection.drain;
  return report;
}

std::vector<ApplyReport> Distribution::reports() const {
  const std::lock_guard lock(mutex_);
  std::vector<ApplyReport> reports;
  for (const auto& [id, connection] : connections_) {
    if (connection.record) reports.push_back(report_of(connection));
  }
  return reports;
}

void Distribution::queue_report(const Connection& connection) {
  if (sink_) untold_.push_back(report_of(connection));
}

void Distribution::queue_too_large() {
  ApplyReport report;
  report.version = wanted_.version();
  if (!too_large_.empty()) report.state = ApplyReport::State::PartiallyActive;
  for (const auto& [key, resource] : too_large_) {
    report.refusals.push_back({key,
                               resource->version,
                               {},
                               Refusal::Code::LimitExceeded,
                               {},
                               fmt::format("needs more than {} octets", kMostResourceOctets),
                               false,
                               resource->sources});
    if (const SharedResource before = wanted_.find(key)) {
      report.refusals.back().running_version = before->version;
    }
  }
  untold_.push_back(std::move(report));
}

// Whoever comes while somebody tells leaves his reports to him: they stay in order, nobody waits,
// and a sink may call back into this object.
void Distribution::tell_reports(std::unique_lock<std::mutex>& lock) {
  if (telling_) return;
  telling_ = true;
  while (!untold_.empty()) {
    const ApplyReport report = std::move(untold_.front());
    untold_.pop_front();
    lock.unlock();
    if (sink_) sink_(report);
    lock.lock();
  }
  telling_ = false;
  if (closing_) quiet_.notify_all();
}

// A publication has converged when everybody who was there has answered for it.
void Distribution::note_convergence() {
  if (pending_.empty()) return;
  std::uint64_t least = sequence_;
  bool anybody = false;
  for (const auto& [id, connection] : connections_) {
    // Who waits for a newer view is sent nothing, and would be waited for in vain.
    if (!connection.record || connection.view_until) continue;
    anybody = true;
    least = std::min(least, std::max(connection.record->sequence(), connection.owes_from));
  }
  const Instant now = needs_.clock.now();
  for (; !pending_.empty() && pending_.front().sequence <= least; pending_.pop_front()) {
    if (!anybody) continue;
    const Pending& one = pending_.front();
    needs_.metrics.convergence(one.kind).observe(now - one.caused_at);
  }
}

void Distribution::count_proxies() {
  std::array<std::size_t, PushMetrics::kStates> counts{};
  for (const auto& [id, connection] : connections_) {
    if (!connection.record) continue;
    const ProxyState state = connection.drain ? ProxyState::Draining : state_of(*connection.record);
    ++counts[static_cast<std::size_t>(state)];
  }
  for (std::size_t state = 0; state < counts.size(); ++state) {
    needs_.metrics.set_proxies(static_cast<ProxyState>(state), counts[state]);
  }
}

}  // namespace postern::publish
