#include "common/process/memory.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace postern::process {
namespace {

namespace fs = std::filesystem;

// "max" of v2 is no number; v1 says "no limit" by one that no machine has.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 60U;

std::optional<std::uint64_t> limit_in(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  char* end = nullptr;
  errno = 0;
  const std::uint64_t limit = std::strtoull(line.c_str(), &end, 10);
  if (end == line.c_str() || errno != 0 || limit >= kNoLimit) return std::nullopt;
  return limit;
}

// A group is held to the limits of all that it lies in.
std::optional<MemoryGroup> smallest_upwards(const fs::path& mount, fs::path group, bool v2) {
  const char* const file = v2 ? "memory.max" : "memory.limit_in_bytes";
  std::optional<MemoryGroup> smallest;
  for (;; group = group.parent_path()) {
    const fs::path folder = mount / group.relative_path();
    const auto limit = limit_in(folder / file);
    if (limit && (!smallest || *limit < smallest->limit)) smallest = {*limit, folder, v2};
    if (group == group.parent_path() || group.empty()) return smallest;
  }
}

// "0::/kubepods/pod1" is v2, "9:memory:/kubepods/pod1" v1.
std::optional<MemoryGroup> group_of_line(std::string_view line, const fs::path& mount) {
  const std::size_t first = line.find(':');
  const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view controllers = line.substr(first + 1, second - first - 1);
  const fs::path group(line.substr(second + 1));
  if (controllers.empty()) return smallest_upwards(mount, group, true);
  if (controllers != "memory") return std::nullopt;
  return smallest_upwards(mount / "memory", group, false);
}

// The line "word 1234" of a file.
std::uint64_t number_at(const fs::path& file, std::string_view word) {
  std::ifstream in(file);
  std::string name;
  for (std::uint64_t number = 0; in >> name >> number;) {
    if (name == word) return number;
  }
  return 0;
}

std::uint64_t system_value(int name) {
  const long value = ::sysconf(name);
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

}  // namespace

std::optional<MemoryGroup> memory_group(std::string_view membership, const fs::path& mount) {
  std::optional<MemoryGroup> smallest;
  while (!membership.empty()) {
    const std::size_t end = membership.find('\n');
    auto group = group_of_line(membership.substr(0, end), mount);
    if (group && (!smallest || group->limit < smallest->limit)) smallest = std::move(group);
    membership.remove_prefix(end == std::string_view::npos ? membership.size() : end + 1);
  }
  return smallest;
}

// Pages of files that nobody uses are given back before anybody is killed.
std::uint64_t held_by(const MemoryGroup& group) {
  const auto all =
      limit_in(group.folder / (group.v2 ? "memory.current" : "memory.usage_in_bytes")).value_or(0);
  const std::uint64_t idle =
      number_at(group.folder / "memory.stat", group.v2 ? "inactive_file" : "total_inactive_file");
  return all - std::min(all, idle);
}

std::uint64_t resident_memory() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t mapped = 0;
  std::uint64_t resident = 0;
  in >> mapped >> resident;
  return in ? resident * system_value(_SC_PAGESIZE) : 0;
}

Memory::Memory(std::uint64_t limit) : limit_(limit) {
  if (limit_ > 0) return;
  limit_ = system_value(_SC_PHYS_PAGES) * system_value(_SC_PAGESIZE);
  std::ifstream in("/proc/self/cgroup");
  const std::string membership{std::istreambuf_iterator<char>(in), {}};
  group_ = memory_group(membership, "/sys/fs/cgroup");
  if (group_ && limit_ > 0 && limit_ < group_->limit) group_.reset();
  if (group_) limit_ = group_->limit;
}

std::uint64_t Memory::held() const { return group_ ? held_by(*group_) : resident_memory(); }

}  // namespace postern::process
