#include "controller/model/problem.h"

#include <fmt/format.h>

namespace postern::model {

std::string to_text(const Problem& problem) {
  std::string out;
  const Place& place = problem.place;
  if (!place.file.empty()) {
    out += place.file;
    if (place.line > 0) out += fmt::format(":{}:{}", place.line, place.column);
    out += ": ";
  }
  if (!problem.object.name.empty()) {
    const std::string& kind = problem.object.kind;
    out += fmt::format("{}{}{}: ", kind, kind.empty() ? "" : " ", problem.object.path());
  }
  // "not supported yet: spec.filters; …" names the field itself.
  const bool said = problem.field.empty() || problem.reason == kNotSupportedYet;
  if (!said) out += problem.field + ": ";
  return out + problem.message;
}

}  // namespace postern::model
