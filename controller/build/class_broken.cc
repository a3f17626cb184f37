#include "controller/build/class_broken.h"

#include <algorithm>

namespace postern::build {

// A class that forbids things and cannot be read must not be taken for one that allows all.
bool class_is_broken(const world::World& world, const model::Problems& problems,
                     std::string_view class_name) {
  if (world.mail_class(class_name) != nullptr) return false;
  return std::ranges::any_of(problems, [&](const model::Problem& problem) {
    // Without a name it may be ours: a file that is no YAML, a class whose name was forgotten.
    const std::string& name = problem.object.name;
    return problem.object.kind == "MailClass" && (name.empty() || name == class_name) &&
           problem.severity == model::Severity::Refused;
  });
}

}  // namespace postern::build
