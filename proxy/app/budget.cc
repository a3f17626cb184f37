#include "proxy/app/budget.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace postern::proxy_app {
namespace {

// The stream, its threads' own, admin, log, the prober's checks, doors of some ports.
constexpr std::uint64_t kOfTheProcess = 192;
// A worker's loop, its doors, its pipes, its connections to auth services.
constexpr std::uint64_t kOfAWorker = 160;

}  // namespace

// Where little may be open the proxy serves few rather than none: half is theirs.
std::uint32_t most_connections(std::uint64_t descriptors, std::size_t workers) {
  if (descriptors == 0) return 0;
  const std::uint64_t own = kOfTheProcess + kOfAWorker * workers;
  const std::uint64_t left = descriptors - std::min(own, descriptors / 2);
  const std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(left / 2, 1, most));
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return limit.rlim_cur;
}

}  // namespace postern::proxy_app
