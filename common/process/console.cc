#include "common/process/console.h"

#include <cstdio>
#include <string>

namespace postern::process {
namespace {

void write_line(std::FILE* to, std::string_view text) {
  const std::string line = std::string(text) + '\n';
  // A console that is gone is no reason to stop serving.
  (void)std::fwrite(line.data(), 1, line.size(), to);
  (void)std::fflush(to);
}

}  // namespace

void Console::say(const Line& line) {
  if (format_ == LogFormat::Text) return write_line(stderr, line.text);
  if (line.object.empty()) return log_.line(line.level, line.text, {});
  if (line.reason.empty()) {
    return log_.line(line.level, line.text, {{field::kObject, line.object}});
  }
  log_.line(line.level, line.text, {{field::kObject, line.object}, {field::kReason, line.reason}});
}

void Console::say_ready(std::string_view line) { write_line(stdout, line); }

}  // namespace postern::process
