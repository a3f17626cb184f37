#include "cli/tool/why.h"

#include <utility>

#include <fmt/format.h>

#include "cli/tool/why_answer.h"
#include "cli/tool/why_walk.h"
#include "controller/build/builder.h"
#include "controller/build/class_broken.h"
#include "controller/source/directory_source.h"
#include "controller/world/world.h"

namespace postern::tool {
namespace {

config::Snapshot snapshot_of(build::Built built) {
  config::Snapshot::Resources resources;
  for (config::Resource& resource : built.resources) {
    auto shared = std::make_shared<const config::Resource>(std::move(resource));
    resources.emplace(shared->key(), shared);
  }
  return {"files", resources};
}

std::size_t refused(const model::Problems& problems) {
  std::size_t count = 0;
  for (const model::Problem& problem : problems) {
    count += problem.severity == model::Severity::Refused ? 1 : 0;
  }
  return count;
}

}  // namespace

process::Answered why(const WhyOptions& options) {
  process::Answered answer;
  source::DirectorySource source(options.paths);
  auto loaded = source.load();
  if (!loaded) {
    answer.exit_code = process::kExitProblems;
    answer.err = fmt::format("postern why: {}", loaded.error());
    return answer;
  }
  world::World world;
  (void)world.replace(std::move(loaded->objects));
  build::Terms terms;
  terms.class_name = options.ingress_class;
  terms.class_broken = build::class_is_broken(world, loaded->problems, terms.class_name);
  build::Built built = build::build(world, terms);
  const std::size_t problems = refused(loaded->problems) + refused(built.problems);
  const config::Snapshot snapshot = snapshot_of(std::move(built));
  const WhyAnswer found = WhyWalk(snapshot, options).walk();
  answer.out = options.json ? as_json(found) : as_lines(found);
  answer.exit_code = found.served ? process::kExitDone : process::kExitProblems;
  if (problems > 0) {
    answer.err =
        fmt::format("postern why: {} of these manifests: see postern check",
                    problems == 1 ? std::string("something is wrong with one")
                                  : fmt::format("{} things are wrong with some", problems));
  }
  return answer;
}

}  // namespace postern::tool
