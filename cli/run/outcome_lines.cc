#include "cli/run/outcome_lines.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "cli/run/lines.h"
#include "common/base/ascii.h"

namespace postern::run {
namespace {

using config::ResourceType;

OutcomeLine refusal(const adopt::ResourceError& error, std::uint16_t offset) {
  if (error.code == adopt::ErrorCode::BindFailed) {
    std::uint16_t port = 0;  // a LISTENER's name is its port
    const std::string& name = error.key.name;
    (void)std::from_chars(name.data(), name.data() + name.size(), port);
    return {LogLevel::Error, port_line({port, offset, error.detail}), {}};
  }
  std::string text = fmt::format("{} {}: ", config::name_of(error.key.type), error.key.name);
  if (!error.field.empty()) text += error.field + ": ";
  return {LogLevel::Error, text + printable(error.detail), error.key.name};
}

bool refused(const adopt::Outcome& outcome, const std::string& server) {
  return std::any_of(outcome.errors.begin(), outcome.errors.end(), [&](const auto& error) {
    return error.key.type == ResourceType::Server && error.key.name == server &&
           error.running_version.empty();
  });
}

OutcomeLine state(const loop::ServedMailServer& server, const Adopted& adopted) {
  ListenerCount count{.wanted = server.ports.size()};
  if (!refused(adopted.outcome, server.path)) {
    count.open = static_cast<std::size_t>(
        std::count_if(server.ports.begin(), server.ports.end(), [&](std::uint16_t port) {
          return std::any_of(adopted.listeners.begin(), adopted.listeners.end(),
                             [port](const auto& bound) { return bound.port == port; });
        }));
  }
  const LogLevel level = count.open == 0             ? LogLevel::Error
                         : count.open < count.wanted ? LogLevel::Warning
                                                     : LogLevel::Info;
  return {level, mail_server_line(server.path, count), server.path};
}

}  // namespace

std::vector<OutcomeLine> lines_of(const loop::LoadReport& load, const Adopted& adopted) {
  std::vector<OutcomeLine> lines;
  for (const auto& error : adopted.outcome.errors) {
    lines.push_back(refusal(error, adopted.port_offset));
  }
  for (const auto& server : load.served) lines.push_back(state(server, adopted));
  for (const std::string& path : load.not_served) {
    lines.push_back({LogLevel::Error, mail_server_line(path, {}), path});
  }
  return lines;
}

}  // namespace postern::run
