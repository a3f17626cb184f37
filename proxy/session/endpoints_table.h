// EndpointsTable: who serves each backend now, changed beside the snapshots. A change of a backend
// may come with other endpoints for it: then they belong together, and a visit that began under the
// snapshot before goes on with those of before. Belongs to one worker.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/config/endpoints.h"
#include "common/config/snapshot.h"
#include "proxy/session/terms.h"

namespace postern::session {

class EndpointsTable {
 public:
  using Set = std::shared_ptr<const config::EndpointSet>;

  // For snapshots from this number on; null: the backend is gone.
  void put(const std::string& backend, Set now, std::uint64_t from);
  // Else what `snapshot` itself began with: a backend that is gone since, or a very old visit.
  [[nodiscard]] const config::EndpointSet* find(std::string_view backend,
                                                const config::Snapshot& snapshot) const;

 private:
  struct Serving {
    Set now;
    std::uint64_t from = 0;
    Set before;  // for snapshots below `from`; null: theirs are in themselves
    std::uint64_t before_from = 0;
  };
  std::unordered_map<std::string, Serving, NameHash, std::equal_to<>> by_backend_;
};

}  // namespace postern::session
