// A Lease of coordination.k8s.io/v1 as values, out of its JSON and into it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::kube {

struct LeaseObject {
  std::string space;
  std::string name;
  std::string resource_version;  // empty: it is not there yet
  std::string holder;            // empty: nobody
  std::int64_t duration_s = 0;
  std::string acquired;  // MicroTime
  std::string renewed;   // MicroTime
  std::int64_t transitions = 0;
  friend bool operator==(const LeaseObject&, const LeaseObject&) = default;
};

// Nothing: that is no Lease.
[[nodiscard]] std::optional<LeaseObject> read_lease(std::string_view json);
[[nodiscard]] std::string text_of(const LeaseObject& lease);

}  // namespace postern::kube
