#include "proxy/control/standing.h"

#include <algorithm>
#include <utility>

namespace postern::control {

void Standing::note(std::uint64_t update, const std::vector<config::ResourceKey>& named,
                    const adopt::Outcome& outcome) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.update == update; });
  for (const config::ResourceKey& key : named) entries_.erase(key);
  for (const adopt::ResourceError& error : outcome.errors) {
    if (!error.retryable) continue;
    const auto newer = entries_.find(error.key);
    if (newer != entries_.end() && newer->second.update > update) continue;
    entries_.insert_or_assign(error.key, Entry{update, error});
  }
}

adopt::Outcome Standing::with_earlier(std::uint64_t update, adopt::Outcome outcome) const {
  const std::vector<adopt::ResourceError> own = outcome.errors;
  for (const auto& [key, entry] : entries_) {
    const bool is_told = std::any_of(
        own.begin(), own.end(), [&](const auto& error) { return error.key == entry.error.key; });
    if (entry.update >= update || is_told) continue;
    outcome.errors.push_back(entry.error);
    if (outcome.state == adopt::State::Active) outcome.state = adopt::State::PartiallyActive;
  }
  return outcome;
}

}  // namespace postern::control
