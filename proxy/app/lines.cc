#include "proxy/app/lines.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::proxy_app {
namespace {

// A thousand MailServers that wait for their keys are one line's worth of news.
constexpr std::size_t kMostLines = 20;

std::string refusal(const adopt::ResourceError& error, std::uint16_t offset) {
  if (error.code == adopt::ErrorCode::BindFailed) {
    std::uint16_t port = 0;  // a LISTENER's name is its port
    const std::string& name = error.key.name;
    (void)std::from_chars(name.data(), name.data() + name.size(), port);
    return port_line({port, offset, error.detail});
  }
  std::string text = fmt::format("{} {}: ", config::name_of(error.key.type), error.key.name);
  if (!error.field.empty()) text += error.field + ": ";
  return text + printable(error.detail);
}

}  // namespace

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

std::vector<process::NamedAddress> named(const std::vector<adopt::BoundListener>& listeners) {
  std::vector<process::NamedAddress> out;
  for (const adopt::BoundListener& bound : listeners) {
    out.push_back({service_name(bound.protocol, bound.tls), bound.address});
  }
  return out;
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

std::vector<std::string> refusal_lines(const adopt::Outcome& outcome, std::uint16_t port_offset) {
  std::vector<std::string> lines;
  for (const adopt::ResourceError& error : outcome.errors) {
    if (lines.size() == kMostLines) {
      lines.push_back(fmt::format("… and {} more", outcome.errors.size() - kMostLines));
      break;
    }
    lines.push_back(refusal(error, port_offset));
  }
  return lines;
}

}  // namespace postern::proxy_app
