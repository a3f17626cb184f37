#include "cli/tool/certgen.h"

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/identity/certgen.h"

namespace postern::tool {

process::Answered certgen(const CertgenOptions& options, const Clock& clock) {
  const auto report =
      identity::make_certificates(options.directory, options.ingress_class, clock.wall());
  if (!report) {
    return {.exit_code = process::kExitProblems,
            .out = {},
            .err = fmt::format("postern certgen: {}", report.error())};
  }
  process::Answered answer;
  for (const identity::FileNote& file : report->files) {
    answer.out += fmt::format("{} {}", file.written ? "written" : "kept", printable(file.path));
    if (file.until) answer.out += ", valid until " + identity::date_text(*file.until);
    answer.out += '\n';
  }
  for (const std::string& warning : report->warnings) {
    if (!answer.err.empty()) answer.err += '\n';
    answer.err += "postern certgen: warning: " + warning;
  }
  return answer;
}

}  // namespace postern::tool
