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
    out += fmt::format("{} {}: ", problem.object.kind, problem.object.path());
  }
  if (!problem.field.empty()) out += problem.field + ": ";
  return out + problem.message;
}

}  // namespace postern::model
