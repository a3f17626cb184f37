// Flags: how each program of ours reads them: long ones, with a variable of the same name, and a
// sentence for a wrong value. Knows how values are written; does nothing with them.
// Called by the options of each program.
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/base/address.h"
#include "common/base/ascii.h"
#include "common/base/log.h"

namespace CLI {
class App;
}

namespace postern::process {

// What is wrong with a value, or nothing.
using Wrong = std::optional<std::string>;
using ReadValue = std::function<Wrong(const std::string&)>;

struct Flag {
  std::string name;      // "--workers"; its variable is POSTERN_WORKERS
  std::string value;     // "N", as the help shows it
  std::string says;      // one line for the help
  std::string standard;  // the default, for the help; empty: not said
};
[[nodiscard]] std::string variable_of(const std::string& flag);
void add_flag(CLI::App& app, const Flag& flag, const ReadValue& read);
// A flag whose value is taken as it is written; empty is refused.
void add_text_flag(CLI::App& app, const Flag& flag, std::string& into);

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
[[nodiscard]] Wrong read_socket_address(const std::string& text, SocketAddress& into);
// From the one that takes most.
inline constexpr std::pair<std::string_view, LogLevel> kLogLevels[] = {
    {"debug", LogLevel::Debug},
    {"info", LogLevel::Info},
    {"warning", LogLevel::Warning},
    {"error", LogLevel::Error},
};
[[nodiscard]] Wrong read_level(const std::string& text, LogLevel& into);

// What every program that runs for long has.
struct LogOptions {
  std::optional<LogFormat> format;  // absent: text on a terminal, else JSON
  LogLevel level = LogLevel::Info;
};
void add_log_flags(CLI::App& app, LogOptions& options);
void add_admin_flag(CLI::App& app, SocketAddress& address);
void add_class_flag(CLI::App& app, std::string& ingress_class);

}  // namespace postern::process
