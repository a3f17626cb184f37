#include "cli/run/lines.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::run {

std::string_view service_name(Protocol protocol, config::ListenerTls tls) {
  const bool implicit = tls == config::ListenerTls::Implicit;
  switch (protocol) {
    case Protocol::Imap: return implicit ? "imaps" : "imap";
    case Protocol::Pop3: return implicit ? "pop3s" : "pop3";
    case Protocol::Submission: return implicit ? "submissions" : "submission";
    case Protocol::ManageSieve: return implicit ? "sieves" : "sieve";
    case Protocol::Mx: return "smtp";
    case Protocol::Lmtp: return "lmtp";
  }
  return "unknown";
}

std::string ready_line(const std::vector<NamedAddress>& addresses) {
  std::string line = "ready:";
  for (const auto& [name, address] : addresses) {
    line += fmt::format(" {} {}", name, address.text());
  }
  return line;
}

std::string mail_server_line(std::string_view path, ListenerCount listeners) {
  const std::string_view noun = listeners.wanted == 1 ? "listener" : "listeners";
  const std::string start = fmt::format("mailserver {}: ", path);
  if (listeners.open == 0) return start + "Rejected";
  if (listeners.open < listeners.wanted) {
    return start + fmt::format("Degraded ({} of {} {})", listeners.open, listeners.wanted, noun);
  }
  return start + fmt::format("Ready ({} {})", listeners.open, noun);
}

std::string port_line(const PortTaken& taken) {
  const int opened = taken.port + taken.offset;
  // 10000 is where the demo and the chart look; below 1024 the system asks for a capability.
  const int other = taken.offset == 0 ? 10000 : std::min(taken.offset + 1000, 64000);
  return fmt::format(
      "listener {}: port {} was not opened: {}; end whoever has it, or choose other ports with "
      "--port-offset {}",
      taken.port, opened, printable(taken.detail), other);
}

}  // namespace postern::run
