#include "proxy/app/cpus.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace postern::proxy_app {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::optional<double> ratio(double quota, double period) {
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return std::nullopt;
  return value;
}

// "200000 100000" or "max 100000"
std::optional<double> quota_v2(const fs::path& group) {
  const std::string line = first_line(group / "cpu.max");
  const std::size_t space = line.find(' ');
  if (space == std::string::npos) return std::nullopt;
  const auto quota = number(line.substr(0, space));
  const auto period = number(line.substr(space + 1));
  return quota && period ? ratio(*quota, *period) : std::nullopt;
}

std::optional<double> quota_v1(const fs::path& group) {
  const auto quota = number(first_line(group / "cpu.cfs_quota_us"));
  const auto period = number(first_line(group / "cpu.cfs_period_us"));
  return quota && period ? ratio(*quota, *period) : std::nullopt;
}

using QuotaOf = std::optional<double> (*)(const fs::path&);

std::optional<double> smallest_upwards(const fs::path& mount, fs::path group, QuotaOf quota_of) {
  std::optional<double> smallest;
  for (;; group = group.parent_path()) {
    if (const auto quota = quota_of(mount / group.relative_path())) {
      smallest = std::min(smallest.value_or(*quota), *quota);
    }
    if (group == group.parent_path() || group.empty()) return smallest;
  }
}

bool names_controller(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (list.substr(0, comma) == wanted) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

// "0::/kubepods/pod1" is v2, "4:cpu,cpuacct:/kubepods/pod1" v1.
std::optional<double> quota_of_line(std::string_view line, const fs::path& mount) {
  const std::size_t first = line.find(':');
  const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view controllers = line.substr(first + 1, second - first - 1);
  const fs::path group(line.substr(second + 1));
  if (controllers.empty()) return smallest_upwards(mount, group, quota_v2);
  if (!names_controller(controllers, "cpu")) return std::nullopt;
  return smallest_upwards(mount / "cpu", group, quota_v1);
}

}  // namespace

std::optional<double> cgroup_quota(std::string_view membership, const fs::path& mount) {
  std::optional<double> smallest;
  while (!membership.empty()) {
    const std::size_t end = membership.find('\n');
    if (const auto quota = quota_of_line(membership.substr(0, end), mount)) {
      smallest = std::min(smallest.value_or(*quota), *quota);
    }
    membership.remove_prefix(end == std::string_view::npos ? membership.size() : end + 1);
  }
  return smallest;
}

std::size_t capped(std::size_t cpus, std::optional<double> quota) {
  if (quota && *quota < static_cast<double>(cpus)) cpus = static_cast<std::size_t>(*quota);
  return std::max<std::size_t>(cpus, 1);
}

std::size_t usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::size_t cpus = 1;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cpus = static_cast<std::size_t>(CPU_COUNT(&set));
  std::ifstream in("/proc/self/cgroup");
  const std::string membership{std::istreambuf_iterator<char>(in), {}};
  return capped(cpus, cgroup_quota(membership, "/sys/fs/cgroup"));
}

}  // namespace postern::proxy_app
