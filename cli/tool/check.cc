#include "cli/tool/check.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "controller/build/builder.h"
#include "controller/build/class_broken.h"
#include "controller/source/directory_source.h"
#include "controller/world/world.h"

namespace postern::tool {
namespace {

// Those that a MailServer names, and those that have a MailClass.
std::set<std::string> classes_of(const world::World& world) {
  std::set<std::string> out;
  for (const model::MailServer* server : world.mail_servers()) {
    const std::string& name = server->ingress_class_name;
    out.insert(name.empty() ? build::Terms().class_name : name);
  }
  for (const model::ObjectKey& key : world.keys()) {
    if (key.kind == "MailClass") out.insert(key.name);
  }
  return out;
}

// Every class among the manifests is looked at: whoever checks a repository has several.
model::Problems problems_of_build(const world::World& world, const model::Problems& of_source,
                                  std::int64_t now_unix_s) {
  model::Problems problems;
  for (const std::string& name : classes_of(world)) {
    const build::Terms terms{.class_name = name,
                             .now_unix_s = now_unix_s,
                             .class_broken = build::class_is_broken(world, of_source, name)};
    build::Built built = build::build(world, terms);
    for (model::Problem& problem : built.problems) problems.push_back(std::move(problem));
  }
  return problems;
}

std::int64_t now_unix_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Objects without a class are built for every class: what is said twice is told once.
void tell(const model::Problems& problems, process::Answered& answer) {
  std::vector<std::string> told;
  std::size_t refused = 0;
  for (const model::Problem& problem : problems) {
    const bool warning = problem.severity == model::Severity::Warning;
    const std::string text = (warning ? "warning: " : "") + model::to_text(problem);
    if (std::find(told.begin(), told.end(), text) != told.end()) continue;
    told.push_back(text);
    answer.out += text + '\n';
    if (!warning) ++refused;
  }
  if (refused > 0) answer.exit_code = process::kExitProblems;
  answer.out += fmt::format("{}, {}\n", counted(refused, "problem"),
                            counted(told.size() - refused, "warning"));
}

}  // namespace

process::Answered check(const std::vector<std::string>& paths) {
  process::Answered answer;
  source::DirectorySource source(paths);
  auto loaded = source.load();
  if (!loaded) {
    answer.exit_code = process::kExitProblems;
    answer.err = fmt::format("postern check: {}", loaded.error());
    return answer;
  }
  world::World world;
  (void)world.replace(std::move(loaded->objects));
  model::Problems problems = std::move(loaded->problems);
  for (model::Problem& problem : problems_of_build(world, problems, now_unix_s())) {
    problems.push_back(std::move(problem));
  }
  tell(problems, answer);
  return answer;
}

}  // namespace postern::tool
