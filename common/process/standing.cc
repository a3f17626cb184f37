#include "common/process/standing.h"

#include <fmt/format.h>

#include "common/base/secret_arena.h"
#include "common/base/version.h"
#include "common/process/process.h"

namespace postern::process {

LogFormat format_of(const LogOptions& options) {
  if (options.format) return *options.format;
  return stderr_is_terminal() ? LogFormat::Text : LogFormat::Json;
}

void lock_secrets([[maybe_unused]] Log& log) {
#ifndef POSTERN_SANITIZED
  if (secret_arena::lock()) return;
  log.line(LogLevel::Warning,
           "memory of secrets could not be locked: swap may see them; raise RLIMIT_MEMLOCK", {});
#endif
}

std::optional<std::string> log_level(Log& log, std::string_view wanted) {
  LogLevel level = LogLevel::Info;
  if (!wanted.empty()) {
    if (read_level(std::string(wanted), level)) return std::nullopt;
    log.set_least(level);
  }
  for (const auto& [name, least] : kLogLevels) {
    if (log.takes(least)) return std::string(name);
  }
  return "none";
}

std::string metrics_text(Metrics& metrics, const Log& log) {
  Counter& dropped =
      metrics.counter("postern_log_dropped_total", "Log lines dropped because nobody read stderr.");
  dropped.add(log.dropped() - dropped.value());
  metrics
      .gauge("postern_build_info", "1 at the version of this program.",
             {{"version", std::string(version())}})
      .set(1);
  return metrics.text();
}

std::string ready_line(const std::vector<NamedAddress>& addresses) {
  std::string line = "ready:";
  for (const auto& [name, address] : addresses) {
    line += fmt::format(" {} {}", name, address.text());
  }
  return line;
}

std::string admin_refused(std::string_view why) {
  return fmt::format(
      "not started: the admin address could not be opened: {}; choose another with "
      "--admin-address, port 0 for any",
      why);
}

}  // namespace postern::process
