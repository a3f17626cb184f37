// How many CPUs this process may use: its affinity, capped by the CPU quota of its control groups
// (v1 and v2). Read once, at the start.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>

namespace postern::proxy_app {

// At least 1.
[[nodiscard]] std::size_t usable_cpus();

// The smallest quota on the way from the process's group up to the root, in CPUs; none: no limit.
// `membership` is the text of /proc/self/cgroup, `mount` the place of /sys/fs/cgroup.
[[nodiscard]] std::optional<double> cgroup_quota(std::string_view membership,
                                                 const std::filesystem::path& mount);

// A part of a CPU gives no worker of its own: one more thread than the quota would only be stopped
// by the kernel in the middle of its turns.
[[nodiscard]] std::size_t capped(std::size_t cpus, std::optional<double> quota);

}  // namespace postern::proxy_app
