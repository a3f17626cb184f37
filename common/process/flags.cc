#include "common/process/flags.h"

#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace postern::process {
namespace {

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

}  // namespace

Wrong read_level(const std::string& text, LogLevel& into) {
  for (const auto& [name, level] : kLogLevels) {
    if (text == name) {
      into = level;
      return std::nullopt;
    }
  }
  return fmt::format("'{}' is not debug, info, warning or error", printable(text, 40));
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

void add_text_flag(CLI::App& app, const Flag& flag, std::string& into) {
  add_flag(app, flag, [&into](const std::string& text) -> Wrong {
    if (text.empty()) return "nothing is written there";
    into = text;
    return std::nullopt;
  });
}

void add_log_flags(CLI::App& app, LogOptions& options) {
  add_flag(app, {"--log-format", "json|text", "form of log lines", "text on a terminal, else json"},
           [&options](const std::string& text) { return read_format(text, options.format); });
  add_flag(app, {"--log-level", "LEVEL", "least level: debug, info, warning, error", "info"},
           [&options](const std::string& text) { return read_level(text, options.level); });
}

void add_admin_flag(CLI::App& app, SocketAddress& address) {
  add_flag(app,
           {"--admin-address", "A:P", "where /livez /readyz /metrics /config are; port 0: any",
            address.text()},
           [&address](const std::string& text) { return read_socket_address(text, address); });
}

void add_class_flag(CLI::App& app, std::string& ingress_class) {
  add_text_flag(app, {"--class", "CLASS", "the class that is served", ingress_class},
                ingress_class);
}

}  // namespace postern::process
