// The lines in which a proxy speaks to people: where it listens, and what it could not do and what
// may be done about it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/mail.h"
#include "common/config/listener.h"
#include "common/process/standing.h"
#include "proxy/adopt/adopt.h"
#include "proxy/adopt/adoption.h"

namespace postern::proxy_app {

// imap, imaps, pop3, ...: the service names of RFC 6335's registry where there is one.
[[nodiscard]] std::string_view service_name(Protocol protocol, config::ListenerTls tls);

// For the ready line.
[[nodiscard]] std::vector<process::NamedAddress> named(
    const std::vector<adopt::BoundListener>& listeners);

struct PortTaken {
  std::uint16_t port = 0;  // as written
  std::uint16_t offset = 0;
  std::string_view detail;  // address and reason
};
// What to do about a port that could not be opened.
[[nodiscard]] std::string port_line(const PortTaken& taken);

// A line for each thing that was refused.
[[nodiscard]] std::vector<std::string> refusal_lines(const adopt::Outcome& outcome,
                                                     std::uint16_t port_offset);

}  // namespace postern::proxy_app
