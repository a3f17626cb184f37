// How much memory this process may have, and how much of that is held: by its cgroup where one has
// a limit (v1 and v2), with what its sockets and pipes hold in the kernel; else by the process.
// Reads files of /proc and /sys/fs/cgroup.
// Thread: any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace postern::process {

// A cgroup that has a limit.
struct MemoryGroup {
  std::uint64_t limit = 0;
  std::filesystem::path folder;
  bool v2 = true;
};

// Of all groups that hold this process the one with the least; `membership` as in
// /proc/self/cgroup, `mount` where cgroups are. Nothing: none has a limit.
[[nodiscard]] std::optional<MemoryGroup> memory_group(std::string_view membership,
                                                      const std::filesystem::path& mount);
[[nodiscard]] std::uint64_t held_by(const MemoryGroup& group);
// Of this process alone, without the kernel's share. 0: not known.
[[nodiscard]] std::uint64_t resident_memory();

class Memory {
 public:
  // `limit` as somebody wrote it; 0: that of the cgroup, else the machine's.
  explicit Memory(std::uint64_t limit = 0);
  [[nodiscard]] std::uint64_t limit() const { return limit_; }  // 0: not known
  [[nodiscard]] std::uint64_t held() const;

 private:
  std::uint64_t limit_;
  std::optional<MemoryGroup> group_;
};

}  // namespace postern::process
