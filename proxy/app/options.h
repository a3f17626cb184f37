// The proxy's flags, their defaults and their environment variables. Knows how a value is written
// and refuses a wrong one with a sentence; does nothing with it.
// Used by every program that runs a proxy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/log.h"

namespace CLI {
class App;
}

namespace postern::proxy_app {

// More threads than any machine has CPUs; a slip of the finger is refused.
inline constexpr std::size_t kMaxWorkers = 1024;

struct ProxyOptions {
  std::size_t workers = 1;
  std::vector<IpAddress> listen_addresses;  // empty: all, IPv6 and IPv4
  std::uint16_t port_offset = 0;
  SocketAddress admin_address{IpAddress::v4({127, 0, 0, 1}), 9901};
  std::string ingress_class = "postern";  // MailServers of no other class are served
  std::optional<LogFormat> log_format;    // absent: text on a terminal, else JSON
  LogLevel log_level = LogLevel::Info;
};

// Takes the text of a value; says what is wrong with it, or nothing.
using ReadValue = std::function<std::optional<std::string>(const std::string&)>;

struct Flag {
  std::string name;      // "--workers"; its variable is POSTERN_WORKERS
  std::string value;     // "N", as the help shows it
  std::string says;      // one line for the help
  std::string standard;  // the default, for the help; empty: not said
};
[[nodiscard]] std::string variable_of(const std::string& flag);

void add_flag(CLI::App& app, const Flag& flag, const ReadValue& read);
// All flags of a proxy. `options` outlives the parse.
void add_proxy_flags(CLI::App& app, ProxyOptions& options);

}  // namespace postern::proxy_app
