// Console: where a program speaks to people. Problems and states go to stderr: plain when logs
// are text, as log lines when logs are JSON, so that what reads them finds one form. The ready line
// goes to stdout, where nothing else does.
#pragma once

#include <string_view>

#include "common/base/log.h"

namespace postern::process {

struct Line {
  LogLevel level = LogLevel::Info;
  std::string_view text;
  std::string_view object;  // "mail/example"; empty: none
  std::string_view reason;  // of a problem; empty: none
};

class Console {
 public:
  Console(LogFormat format, Log& log) : format_(format), log_(log) {}

  // Thread-safe: a line is one write.
  void say(const Line& line);
  void say_ready(std::string_view line);

 private:
  LogFormat format_;
  Log& log_;
};

}  // namespace postern::process
