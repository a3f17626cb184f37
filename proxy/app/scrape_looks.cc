#include "proxy/app/scrape_looks.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/label_values.h"

namespace postern::proxy_app {

namespace {

constexpr std::size_t kMostCertificates = 100;
constexpr std::size_t kMostBackends = 500;

std::string_view label_of(config::EndpointState state) {
  switch (state) {
    case config::EndpointState::Ready: return "ready";
    case config::EndpointState::ServingTerminating: return "serving_terminating";
    case config::EndpointState::NotReady: return "not_ready";
  }
  return "?";
}

// Nothing: the proxy uses keys of its own.
std::vector<Seen> ticket_keys_age(const LookedAt& at) {
  const auto held = at.snapshot().find(config::ResourceType::TicketKeys, config::kTicketKeysName);
  if (!held) return {};
  const std::chrono::duration<double> now = at.clock.wall().time_since_epoch();
  const auto made = std::get<config::TicketKeys>(held->body).made_unix_s;
  return {{{}, now.count() - static_cast<double>(made)}};
}

}  // namespace

std::vector<Seen> soonest_expiries(const config::Snapshot& snapshot, std::size_t most) {
  std::vector<std::pair<std::int64_t, std::string_view>> all;
  snapshot.each([&](const config::Snapshot::Held& resource) {
    const auto* material = std::get_if<config::SecretMaterial>(&resource->body);
    const auto* pair = material ? std::get_if<config::KeyPair>(material) : nullptr;
    if (pair) all.emplace_back(pair->not_after_unix_s, resource->name);
  });
  const std::size_t shown = std::min(most, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end());
  std::vector<Seen> out;
  for (std::size_t i = 0; i < shown; ++i) {
    out.push_back({{{"secret", std::string(all[i].second)}}, static_cast<double>(all[i].first)});
  }
  return out;
}

struct ScrapeLooks::State {
  State(const LookedAt& what) : at(what), newest_since(what.clock.now()) {}

  std::mutex lock;  // held while looking: who destroys the looks waits for it
  std::optional<LookedAt> at;
  std::string version;
  Instant newest_since;
  LabelValues backends{kMostBackends};

  [[nodiscard]] std::vector<Seen> endpoints(const config::Snapshot& snapshot);
};

std::vector<Seen> ScrapeLooks::State::endpoints(const config::Snapshot& snapshot) {
  std::map<std::pair<std::string, std::string_view>, double> counts;
  snapshot.each([&](const config::Snapshot::Held& resource) {
    const auto* set = std::get_if<config::EndpointSet>(&resource->body);
    if (set == nullptr) return;
    const std::string name =
        backends.admit(resource->name) ? resource->name : std::string(LabelValues::kOther);
    for (const config::Endpoint& one : set->endpoints) counts[{name, label_of(one.state)}] += 1;
  });
  std::vector<Seen> out;
  for (const auto& [key, count] : counts) {
    const auto& [backend, state] = key;
    const auto slash = backend.rfind('/');
    const std::string server = backend.substr(0, slash);
    out.push_back(
        {{{"mailserver", server}, {"backend", backend}, {"state", std::string(state)}}, count});
  }
  return out;
}

ScrapeLooks::ScrapeLooks(Metrics& metrics, LookedAt at) : state_(std::make_shared<State>(at)) {
  // Of a proxy that is gone nothing is seen.
  const auto seen_by = [state = state_](auto look) {
    return [state, look] {
      const std::scoped_lock held(state->lock);
      return state->at ? look(*state) : std::vector<Seen>();
    };
  };
  metrics.gauge_of("postern_config_version_info", "1 at the version in force.",
                   seen_by([](State& s) {
                     return std::vector<Seen>{{{{"version", s.at->snapshot().version()}}, 1}};
                   }));
  metrics.gauge_of("postern_config_age_seconds", "Since the configuration in force changed.",
                   seen_by([](State& s) {
                     const std::chrono::duration<double> age = s.at->clock.now() - s.newest_since;
                     return std::vector<Seen>{{{}, age.count()}};
                   }));
  metrics.gauge_of(
      "postern_certificate_expiry_timestamp_seconds", "When certificates expire; the soonest 100.",
      seen_by([](State& s) { return soonest_expiries(s.at->snapshot(), kMostCertificates); }));
  metrics.gauge_of("postern_backend_endpoints", "Members of backends, by state.",
                   seen_by([](State& s) { return s.endpoints(s.at->snapshot()); }));
  metrics.gauge_of("postern_ticket_keys_age_seconds",
                   "Since the ticket keys of the controller were made; tickets end at 48 h.",
                   seen_by([](State& s) { return ticket_keys_age(*s.at); }));
  metrics.gauge_of("postern_login_history_entries",
                   "Sources and users that the history of logins remembers.", seen_by([](State& s) {
                     return std::vector<Seen>{{{}, static_cast<double>(s.at->history.entries())}};
                   }));
}

ScrapeLooks::~ScrapeLooks() {
  const std::scoped_lock held(state_->lock);
  state_->at.reset();
}

void ScrapeLooks::in_force() {
  const std::scoped_lock held(state_->lock);
  std::string version = state_->at->snapshot().version();
  if (version == state_->version) return;
  state_->version = std::move(version);
  state_->newest_since = state_->at->clock.now();
}

}  // namespace postern::proxy_app
