#include "controller/kube/micro_time.h"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace postern::kube {

std::string micro_time(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - whole);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", whole, rest.count());
}

}  // namespace postern::kube
