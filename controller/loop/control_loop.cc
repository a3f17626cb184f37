#include "controller/loop/control_loop.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <fmt/format.h>

namespace postern::loop {
namespace {

void complain(LoadReport& report, const model::Problems& problems) {
  for (const model::Problem& problem : problems) {
    const bool named = !problem.object.name.empty();
    report.complaints.push_back({.text = model::to_text(problem),
                                 .object = named ? problem.object.path() : std::string(),
                                 .reason = problem.reason,
                                 .refused = problem.severity == model::Severity::Refused});
  }
}

// Not a mistake of the object; but whoever wonders why nothing answers should read it here.
model::Problem other_class(const model::MailServer& server, const std::string& served) {
  const std::string field = "spec.ingressClassName";
  return {.object = server.meta.key,
          .place = server.meta.place_of(field),
          .field = field,
          .reason = "OtherClass",
          .message = fmt::format("is {}, and the class {} is served here: this MailServer is left "
                                 "to whoever serves its class",
                                 server.ingress_class_name, served),
          .severity = model::Severity::Warning};
}

std::int64_t unix_seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void list_served(const build::Built& built, LoadReport& report) {
  for (const build::ServedServer& server : built.served) {
    ServedMailServer served{.path = server.path};
    for (const build::ServedListener& listener : server.listeners) {
      served.ports.push_back(listener.port);
    }
    report.served.push_back(std::move(served));
  }
}

// MailServers that were refused when they were read are no objects of the world: their problems
// name them.
void list_not_served(const model::Problems& problems, LoadReport& report) {
  const auto is_served = [&report](const std::string& path) {
    return std::any_of(report.served.begin(), report.served.end(),
                       [&path](const ServedMailServer& server) { return server.path == path; });
  };
  for (const model::Problem& problem : problems) {
    if (problem.object.kind != "MailServer" || problem.object.name.empty()) continue;
    if (problem.severity != model::Severity::Refused) continue;
    const std::string path = problem.object.path();
    const bool listed = std::find(report.not_served.begin(), report.not_served.end(), path) !=
                        report.not_served.end();
    if (!listed && !is_served(path)) report.not_served.push_back(path);
  }
}

}  // namespace

LoadReport ControlLoop::load_all() {
  LoadReport report;
  auto loaded = needs_.source.load();
  if (!loaded) {
    report.source_failure = loaded.error();
    return report;
  }
  complain(report, loaded->problems);
  // Whether it matters is not asked: the first load publishes even an empty world.
  (void)world_.replace(std::move(loaded->objects));
  rebuild(report);
  list_not_served(loaded->problems, report);
  return report;
}

void ControlLoop::rebuild(LoadReport& report) {
  build::Built built = build::build(
      world_, {.class_name = class_name_, .now_unix_s = unix_seconds(needs_.clock.wall())});
  for (const model::MailServer* server : world_.mail_servers()) {
    const std::string& wanted = server->ingress_class_name;
    if (!wanted.empty() && wanted != class_name_)
      complain(report, {other_class(*server, class_name_)});
  }
  complain(report, built.problems);
  list_served(built, report);
  list_not_served(built.problems, report);
  report.resources = built.resources.size();
  const std::string version = needs_.publisher.publish(
      {.resources = std::move(built.resources), .caused_at = needs_.clock.wall()});
  needs_.log.line(
      LogLevel::Info, "published",
      {{field::kVersion, version}, {"resources", static_cast<std::int64_t>(report.resources)}});
}

}  // namespace postern::loop
