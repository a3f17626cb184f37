#include "controller/status/status_lines.h"

#include <utility>

#include <fmt/format.h>

namespace postern::status {
namespace {

std::string state_of(const Progress& progress) {
  const std::size_t wanted = progress.verdict == nullptr ? 0 : progress.verdict->listeners.size();
  const std::size_t open = progress.listeners_open;
  const char* noun = wanted == 1 ? "listener" : "listeners";
  if (open == 0) return "Rejected";
  if (open < wanted) return fmt::format("Degraded ({} of {} {}", open, wanted, noun);
  return fmt::format("Ready ({} {}", open, noun);
}

LogLevel level_of(const Progress& progress) {
  const std::size_t wanted = progress.verdict == nullptr ? 0 : progress.verdict->listeners.size();
  if (progress.listeners_open == 0) return LogLevel::Error;
  return progress.listeners_open < wanted ? LogLevel::Warning : LogLevel::Info;
}

bool nothing_to_wait_for(const Progress& progress) {
  return progress.verdict == nullptr || !progress.verdict->accepted;
}

}  // namespace

std::string mail_server_line(const model::ObjectKey& server, const Progress& progress) {
  std::string line = fmt::format("mailserver {}: {}", server.path(), state_of(progress));
  if (progress.listeners_open == 0) return line;
  if (progress.took) line += fmt::format(", {} ms", progress.took->count());
  return line + ")";
}

std::vector<StatusLine> StatusLines::lines(const StatusBook& book,
                                           const std::set<model::ObjectKey>& touched) {
  std::vector<StatusLine> out;
  add_problems(book.unreadable(), unreadable_, out);
  for (const model::ObjectKey& server : touched) add_state(server, book, out);
  return out;
}

// `standing`: what was told and still holds; what was mended may be told again when it comes back.
void StatusLines::add_problems(const model::Problems& problems, std::set<std::string>& standing,
                               std::vector<StatusLine>& out) const {
  std::set<std::string> now;
  for (const model::Problem& problem : problems) {
    const std::string text = model::to_text(problem);
    if (!now.insert(text).second || standing.contains(text)) continue;
    const bool refused = problem.severity == model::Severity::Refused;
    out.push_back({refused ? LogLevel::Error : LogLevel::Warning, text,
                   problem.object.name.empty() ? std::string() : problem.object.path(),
                   problem.reason});
  }
  standing = std::move(now);
}

void StatusLines::add_state(const model::ObjectKey& server, const StatusBook& book,
                            std::vector<StatusLine>& out) {
  const auto progress = book.progress(server);
  if (!progress) {
    problems_.erase(server);
    if (told_.erase(server) > 0) {
      out.push_back(
          {LogLevel::Info, fmt::format("mailserver {}: Gone", server.path()), server.path(), {}});
    }
    return;
  }
  const build::Verdict* verdict = progress->verdict;
  if (verdict != nullptr) add_problems(verdict->problems, problems_[server], out);
  if (!progress->settled && !nothing_to_wait_for(*progress)) return;
  Told now{progress->sequence, state_of(*progress)};
  Told& last = told_[server];
  if (last.sequence == now.sequence && last.state == now.state) return;
  last = std::move(now);
  out.push_back({level_of(*progress), mail_server_line(server, *progress), server.path(), {}});
}

}  // namespace postern::status
