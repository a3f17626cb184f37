#include "common/process/own_metrics.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace postern::process {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescriptors = "/proc/self/fd";

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<OwnStat> own_stat() { return read_stat(text_of("/proc/self/stat")); }

// A kernel since 6.2 knows how many there are; an older one has to be asked for each.
std::optional<double> open_descriptors() {
  struct stat known{};
  if (::stat(kDescriptors, &known) == 0 && known.st_size > 0) {
    return static_cast<double>(known.st_size);
  }
  std::error_code error;
  fs::directory_iterator each(kDescriptors, error);
  double count = -1;  // the one that looks
  for (; !error && each != fs::directory_iterator(); each.increment(error)) ++count;
  if (error || count < 0) return std::nullopt;
  return count;
}

std::optional<double> most_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

// When the machine started, as its clock says now.
std::optional<double> boot_time() {
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    double seconds = 0;
    if (words >> name >> seconds && name == "btime") return seconds;
  }
  return std::nullopt;
}

std::optional<double> start_time() {
  const auto boot = boot_time();
  const auto stat = own_stat();
  if (!boot || !stat) return std::nullopt;
  return *boot + stat->started_seconds;
}

std::vector<Seen> seen(std::optional<double> value) {
  if (!value) return {};
  return {{{}, *value}};
}

auto look_at(double OwnStat::* field) {
  return [field] {
    const auto stat = own_stat();
    return seen(stat ? std::optional((*stat).*field) : std::nullopt);
  };
}

}  // namespace

std::optional<OwnStat> read_stat(std::string_view text) {
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream in{std::string(text.substr(name_end + 1))};
  const auto skip = [&in](int words) {
    std::string word;
    for (int i = 0; i < words; ++i) in >> word;
  };
  double user_ticks = 0;
  double system_ticks = 0;
  double start_ticks = 0;
  double resident_pages = 0;
  OwnStat out;
  skip(11);  // state to cmajflt: proc_pid_stat(5)
  in >> user_ticks >> system_ticks;
  skip(6);  // cutime to itrealvalue
  in >> start_ticks >> out.virtual_bytes >> resident_pages;
  if (!in) return std::nullopt;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.cpu_seconds = (user_ticks + system_ticks) / ticks;
  out.started_seconds = start_ticks / ticks;
  out.resident_bytes = resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return out;
}

void count_process(Metrics& metrics) {
  metrics.counter_of("process_cpu_seconds_total", "CPU time of all threads.",
                     look_at(&OwnStat::cpu_seconds));
  metrics.gauge_of("process_resident_memory_bytes", "Memory that is held.",
                   look_at(&OwnStat::resident_bytes));
  metrics.gauge_of("process_virtual_memory_bytes", "Addresses that are taken.",
                   look_at(&OwnStat::virtual_bytes));
  metrics.gauge_of("process_open_fds", "Descriptors that are open.",
                   [] { return seen(open_descriptors()); });
  metrics.gauge_of("process_max_fds", "Descriptors that may be open.",
                   [] { return seen(most_descriptors()); });
  // Once: the clock of the machine may be set, and a new value would look like a restart.
  metrics.gauge_of("process_start_time_seconds", "When the process started.",
                   [started = seen(start_time())] { return started; });
}

}  // namespace postern::process
