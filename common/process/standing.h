// What a program that serves sets up and says besides its work: the form of its log, locked memory
// for secrets, the ready line, the metrics that it has of itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/process/flags.h"

namespace postern::process {

// As asked; else text on a terminal and JSON elsewhere.
[[nodiscard]] LogFormat format_of(const LogOptions& options);

// Memory of secrets is kept out of swap where the system permits; a refusal is one warning.
void lock_secrets(Log& log);

// /loglevel: takes `wanted`, if it is not empty, and gives what holds. Nothing: there is no such.
[[nodiscard]] std::optional<std::string> log_level(Log& log, std::string_view wanted);

// /metrics, with the log's own.
[[nodiscard]] std::string metrics_text(Metrics& metrics, const Log& log);

struct NamedAddress {
  std::string_view name;
  SocketAddress address;
};
// "ready: imap 127.0.0.1:10143 imaps 127.0.0.1:10993 admin 127.0.0.1:9901"
[[nodiscard]] std::string ready_line(const std::vector<NamedAddress>& addresses);

[[nodiscard]] std::string admin_refused(std::string_view why);

}  // namespace postern::process
