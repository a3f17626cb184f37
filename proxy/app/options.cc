#include "proxy/app/options.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "common/base/ascii.h"
#include "proxy/app/cpus.h"

namespace postern::proxy_app {
namespace {

using Wrong = std::optional<std::string>;

template <class Number>
Wrong read_number(const std::string& text, Number least, Number most, Number& into) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || value < least || value > most) {
    return fmt::format("'{}' is not a number from {} to {}", printable(text, 40), least, most);
  }
  into = value;
  return std::nullopt;
}

Wrong read_addresses(const std::string& text, std::vector<IpAddress>& into) {
  std::vector<IpAddress> read;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = rest.substr(0, comma);
    const auto address = IpAddress::parse(one);
    if (!address) {
      return fmt::format("'{}' is not an IP address; write for example 127.0.0.1,::1",
                         printable(one, 60));
    }
    read.push_back(*address);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  into = std::move(read);
  return std::nullopt;
}

Wrong read_socket_address(const std::string& text, SocketAddress& into) {
  const auto address = SocketAddress::parse(text);
  if (!address) {
    return fmt::format("'{}' is not ADDRESS:PORT; write for example 127.0.0.1:9901 or [::1]:0",
                       printable(text, 60));
  }
  into = *address;
  return std::nullopt;
}

Wrong read_format(const std::string& text, std::optional<LogFormat>& into) {
  if (text == "json") {
    into = LogFormat::Json;
  } else if (text == "text") {
    into = LogFormat::Text;
  } else {
    return fmt::format("'{}' is not json or text", printable(text, 40));
  }
  return std::nullopt;
}

Wrong read_level(const std::string& text, LogLevel& into) {
  static constexpr std::pair<std::string_view, LogLevel> kLevels[] = {
      {"debug", LogLevel::Debug},
      {"info", LogLevel::Info},
      {"warning", LogLevel::Warning},
      {"error", LogLevel::Error},
  };
  for (const auto& [name, level] : kLevels) {
    if (text == name) {
      into = level;
      return std::nullopt;
    }
  }
  return fmt::format("'{}' is not debug, info, warning or error", printable(text, 40));
}

void add_address_flags(CLI::App& app, ProxyOptions& options) {
  add_flag(app, {"--listen-address", "A[,A]", "local addresses to listen on", "all, IPv6 and IPv4"},
           [&options](const std::string& text) {
             return read_addresses(text, options.listen_addresses);
           });
  add_flag(app, {"--port-offset", "N", "a listener that says 993 is opened at 993+N", "0"},
           [&options](const std::string& text) {
             return read_number<std::uint16_t>(text, 0, 65534, options.port_offset);
           });
  add_flag(app,
           {"--admin-address", "A:P", "where /livez /readyz /metrics /config are; port 0: any",
            options.admin_address.text()},
           [&options](const std::string& text) {
             return read_socket_address(text, options.admin_address);
           });
}

void add_log_flags(CLI::App& app, ProxyOptions& options) {
  add_flag(app, {"--log-format", "json|text", "form of log lines", "text on a terminal, else json"},
           [&options](const std::string& text) { return read_format(text, options.log_format); });
  add_flag(app, {"--log-level", "LEVEL", "least level: debug, info, warning, error", "info"},
           [&options](const std::string& text) { return read_level(text, options.log_level); });
}

}  // namespace

std::string variable_of(const std::string& flag) {
  std::string name = "POSTERN_" + upper(flag.substr(flag.find_first_not_of('-')));
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

void add_flag(CLI::App& app, const Flag& flag, const ReadValue& read) {
  const std::string variable = variable_of(flag.name);
  const std::string shown = fmt::format("{} (or {})", flag.name, variable);
  app.add_option_function<std::string>(
         flag.name,
         [read, shown](const std::string& text) {
           if (const Wrong wrong = read(text)) throw CLI::ValidationError(shown, *wrong);
         },
         flag.standard.empty() ? flag.says
                               : fmt::format("{} (default: {})", flag.says, flag.standard))
      ->type_name(flag.value)
      ->envname(variable);
}

void add_proxy_flags(CLI::App& app, ProxyOptions& options) {
  options.workers = usable_cpus();
  add_flag(app,
           {"--workers", "N", "threads that serve clients",
            fmt::format("the CPUs it may use: {}", options.workers)},
           [&options](const std::string& text) {
             return read_number<std::size_t>(text, 1, kMaxWorkers, options.workers);
           });
  add_address_flags(app, options);
  add_flag(app, {"--class", "CLASS", "the class that is served", options.ingress_class},
           [&options](const std::string& text) {
             options.ingress_class = text;
             return std::nullopt;
           });
  add_log_flags(app, options);
}

}  // namespace postern::proxy_app
