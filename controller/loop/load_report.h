// LoadReport: what came of one load, in words and names that the wiring can pass on to people: what
// is served, and every problem as the line that `postern check` prints too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::loop {

struct Complaint {
  std::string text;     // one line, with file, object, field and what to write
  std::string object;   // "mail/example"; empty: a file that is no object
  std::string reason;   // "InvalidField"
  bool refused = true;  // false: a warning, everything is served
};

struct ServedMailServer {
  std::string path;                       // "mail/example", which is its SERVER resource's name too
  std::vector<std::uint16_t> ports = {};  // its listeners, as written
};

struct LoadReport {
  std::vector<Complaint> complaints;
  std::vector<ServedMailServer> served;
  std::vector<std::string> not_served;  // MailServers that nothing is left of
  std::size_t resources = 0;
  std::string source_failure;  // the source gave nothing at all, and why; empty: it did

  [[nodiscard]] bool has_refusals() const {
    if (!source_failure.empty()) return true;
    for (const Complaint& complaint : complaints) {
      if (complaint.refused) return true;
    }
    return false;
  }
};

}  // namespace postern::loop
