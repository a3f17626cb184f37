#include "proxy/session/endpoints_table.h"

#include <utility>

namespace postern::session {

void EndpointsTable::put(const std::string& backend, Set now, std::uint64_t from) {
  if (!now) {
    by_backend_.erase(backend);
    return;
  }
  Serving& serving = by_backend_[backend];
  if (serving.now && serving.from != from) {
    serving.before = std::move(serving.now);
    serving.before_from = serving.from;
  }
  serving.now = std::move(now);
  serving.from = from;
}

const config::EndpointSet* EndpointsTable::find(std::string_view backend,
                                                const config::Snapshot& snapshot) const {
  const auto found = by_backend_.find(backend);
  if (found == by_backend_.end()) return snapshot.endpoints(backend);
  const Serving& serving = found->second;
  if (snapshot.number() >= serving.from) return serving.now.get();
  if (serving.before && snapshot.number() >= serving.before_from) return serving.before.get();
  return snapshot.endpoints(backend);
}

}  // namespace postern::session
