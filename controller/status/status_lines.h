// What people read on the console: a line a change, a line a problem, and nothing twice. Pure.
// Called by the status thread; the program decides where lines go.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/log.h"
#include "controller/status/status_book.h"

namespace postern::status {

struct StatusLine {
  LogLevel level = LogLevel::Info;
  std::string text;
  std::string object;  // "mail/example"; empty: none
  std::string reason;  // of a problem; empty: none
};

// "mailserver mail/example: Ready (3 listeners, 12 ms)", Degraded, Rejected.
[[nodiscard]] std::string mail_server_line(const model::ObjectKey& server,
                                           const Progress& progress);

class StatusLines {
 public:
  // Problems that are new, and a line for each MailServer whose change has come as far as it gets.
  [[nodiscard]] std::vector<StatusLine> lines(const StatusBook& book,
                                              const std::set<model::ObjectKey>& touched);

 private:
  void add_problems(const model::Problems& problems, std::set<std::string>& standing,
                    std::vector<StatusLine>& out) const;
  void add_state(const model::ObjectKey& server, const StatusBook& book,
                 std::vector<StatusLine>& out);

  struct Told {
    std::uint64_t sequence = 0;
    std::string state;  // without the time that it took
  };
  std::map<model::ObjectKey, Told> told_;
  std::map<model::ObjectKey, std::set<std::string>> problems_;  // told of each MailServer's build
  std::set<std::string> unreadable_;                            // told of sources and decoding
};

}  // namespace postern::status
