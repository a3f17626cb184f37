#include "controller/loop/control_loop.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "common/base/unix_time.h"
#include "controller/build/class_broken.h"
#include "controller/loop/class_found.h"
#include "controller/source/watched_kinds.h"

namespace postern::loop {
namespace {

// However little happens: who looks whether the loop still turns can tell.
constexpr Duration kTurn{10'000};

// A label for objects that no API server has.
constexpr std::string_view kOther = "other";

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

std::size_t open_listeners(const build::Verdict& verdict) {
  return static_cast<std::size_t>(std::ranges::count_if(
      verdict.listeners, [](const auto& listener) { return listener.off_reason.empty(); }));
}

publish::Revision revision_of(const source::View& view) {
  publish::Revision out;
  for (const source::CollectionView& one : view) {
    out.push_back({one.collection, one.resource_version});
  }
  return out;
}

Counter& compiles(Metrics& metrics, const char* trigger) {
  return metrics.counter("postern_compile_total", "Times that changed objects were built.",
                         {{"trigger", trigger}});
}

// For counting: the kind of all that is other than before.
std::string_view kind_of(const source::Changes& changes) {
  std::string_view out = publish::kNoKind;
  const auto add = [&out](const model::ObjectKey& key) {
    const source::WatchedKind* known = source::find_watched(key.kind);
    out = kind_of_both(out, known == nullptr ? kOther : known->kind);
  };
  for (const model::SharedObject& object : changes.changed) add(model::meta_of(*object).key);
  for (const model::ObjectKey& key : changes.gone) add(key);
  return out;
}

bool has_refusal(const model::Problems& problems) {
  return std::ranges::any_of(problems, [](const model::Problem& problem) {
    return problem.severity == model::Severity::Refused;
  });
}

}  // namespace

ControlLoop::ControlLoop(LoopNeeds needs, LoopTerms terms)
    : needs_(std::move(needs)),
      terms_(std::move(terms)),
      hold_back_(terms_.hold_back),
      at_start_(compiles(needs_.metrics, "start")),
      of_objects_(compiles(needs_.metrics, "objects")),
      of_time_(compiles(needs_.metrics, "time")),
      failures_(needs_.metrics.counter("postern_source_failures_total",
                                       "Times that the source could not be read at all.")),
      last_success_(needs_.metrics.gauge("postern_config_last_success_timestamp_seconds",
                                         "When the source was last read.")),
      mail_servers_(
          needs_.metrics.gauge("postern_mailservers_served", "MailServers that are served.")),
      compile_seconds_(needs_.metrics.histogram("postern_compile_seconds",
                                                "Building what changed objects touch.")) {}

LoadReport ControlLoop::load() {
  LoadReport report;
  const Instant began = needs_.clock.now();
  auto changes = read();
  if (!changes) {
    report.source_failure = failure_;
    return report;
  }
  Delivery delivery = build(std::move(*changes));
  report.refusals = has_refusal(delivery.round.problems);
  for (const build::Verdict& verdict : delivery.round.verdicts) {
    report.refusals = report.refusals || has_refusal(verdict.problems);
  }
  if (auto passed = hold_back_.pass(std::move(delivery), listeners_, began)) {
    deliver(std::move(*passed));
  }
  report.served = static_cast<std::size_t>(mail_servers_.value());
  return report;
}

bool ControlLoop::round() {
  const Instant began = needs_.clock.now();
  // The first world is built though it be empty: proxies wait to be told.
  const bool look = looked_ == Instant{} || began - looked_ >= terms_.look_again ||
                    (tickets_due_ && began >= *tickets_due_);
  bool changed = false;
  auto changes = read();
  if (changes) tell_view(*changes);
  if (changes && (look || !changes->empty())) {
    Delivery delivery = build(std::move(*changes));
    const bool was_held = hold_back_.due().has_value();
    auto passed = hold_back_.pass(std::move(delivery), listeners_, began);
    if (passed) deliver(std::move(*passed));
    if (!was_held && hold_back_.due()) {
      needs_.log.line(LogLevel::Warning,
                      "more than half of all listeners would go; held back for a moment",
                      {{"listeners", static_cast<std::int64_t>(hold_back_.listeners())},
                       {"left", static_cast<std::int64_t>(listeners_)}});
    }
    changed = true;
  }
  if (auto released = hold_back_.release(needs_.clock.now())) {
    deliver(std::move(*released));
    changed = true;
  }
  return changed;
}

// While something is held back, what proxies are given has not come so far.
void ControlLoop::tell_view(const source::Changes& changes) {
  if (changes.read_to == read_to_ || hold_back_.due()) return;
  read_to_ = changes.read_to;
  if (changes.empty()) needs_.publisher.reach(revision_of(read_to_));
}

void ControlLoop::run() {
  while (!stopping_) {
    needs_.source.wait(patience());
    if (!stopping_) round();
    questions_.answer(world_);
  }
}

std::optional<std::string> ControlLoop::ask(Question question, Duration patience) {
  return questions_.ask(std::move(question), patience, [this] { needs_.source.wake(); });
}

void ControlLoop::stop() {
  stopping_ = true;
  needs_.source.wake();
}

Duration ControlLoop::patience() const {
  const Instant now = needs_.clock.now();
  Instant until = now + kTurn;
  if (const auto due = hold_back_.due()) until = std::min(until, *due);
  // From what cannot be read nothing is built, however long ago that was.
  if (failure_.empty()) {
    until = std::min(until, looked_ + terms_.look_again);
    if (tickets_due_) until = std::min(until, *tickets_due_);
  }
  return std::max(Duration{0}, std::chrono::ceil<Duration>(until - now));
}

std::optional<source::Changes> ControlLoop::read() {
  turned_ = needs_.clock.now().time_since_epoch().count();
  auto changes = needs_.source.read();
  if (!changes) {
    failures_.add();
    if (failure_ != changes.error()) {
      failure_ = changes.error();
      needs_.log.line(LogLevel::Error, "the source cannot be read; what is served stays",
                      {{field::kReason, failure_}});
    }
    return std::nullopt;
  }
  if (!failure_.empty()) needs_.log.line(LogLevel::Info, "the source can be read again", {});
  failure_.clear();
  last_success_.set(unix_seconds(needs_.clock.wall()));
  return std::move(*changes);
}

Delivery ControlLoop::build(source::Changes changes) {
  const bool first = looked_ == Instant{};
  (first ? at_start_ : changes.empty() ? of_time_ : of_objects_).add();
  looked_ = needs_.clock.now();
  const std::string_view kind = kind_of(changes);
  const Instant caused_at = changes.caused_at.value_or(looked_);
  source_problems_ = std::move(changes.problems);
  world::Touched touched;
  for (model::SharedObject& object : changes.changed) {
    const model::ObjectKey key = model::meta_of(*object).key;
    if (world_.object(key) == nullptr) count_object(key, 1);
    touched.merge(world_.apply(std::move(object)));
  }
  for (const model::ObjectKey& key : changes.gone) {
    if (world_.object(key) != nullptr) count_object(key, -1);
    touched.merge(world_.remove(key));
  }
  const bool in_cluster = needs_.source.in_cluster();
  const build::Terms terms{
      .class_name = terms_.class_name,
      .now_unix_s = unix_seconds(needs_.clock.wall()),
      .class_broken =
          !in_cluster && build::class_is_broken(world_, source_problems_, terms_.class_name),
      .in_cluster = in_cluster,
      .reads_class = terms_.reads_class,
      .api_servers = terms_.api_servers};
  build::Changes built = builder_.update(world_, touched, terms);
  compile_seconds_.observe(needs_.clock.now() - looked_);
  Delivery out;
  out.publication = {.upserts = std::move(built.upserts),
                     .removals = std::move(built.removals),
                     .revision = revision_of(changes.made_of),
                     .caused_at = caused_at,
                     .reached = revision_of(changes.read_to),
                     .kind = kind};
  add_tickets(out.publication);
  out.round = {.problems = source_problems_,
               .verdicts = std::move(built.verdicts),
               .gone = std::move(built.gone),
               .published = {},
               .caused_at = caused_at};
  std::ranges::move(built.class_problems, std::back_inserter(out.round.problems));
  out.round.mail_class = class_found(world_, terms_.class_name);
  look_for_other_classes(touched);
  for (const auto& [key, problem] : other_classes_) out.round.problems.push_back(problem);
  count_listeners(out.round);
  return out;
}

void ControlLoop::add_tickets(publish::Publication& publication) {
  const bool is_due = !tickets_due_ || needs_.clock.now() >= *tickets_due_;
  if (needs_.tickets == nullptr || !is_due) return;
  publication.upserts.push_back(ticket_resource(needs_.tickets->keys()));
  tickets_due_ = needs_.tickets->due();
}

void ControlLoop::look_for_other_classes(const world::Touched& touched) {
  for (const auto& [key, extent] : touched.servers) {
    const model::MailServer* server = world_.mail_server(key);
    const bool other = server != nullptr && !server->ingress_class_name.empty() &&
                       server->ingress_class_name != terms_.class_name;
    if (other) {
      other_classes_.insert_or_assign(key, other_class(*server, terms_.class_name));
    } else {
      other_classes_.erase(key);
    }
  }
}

void ControlLoop::count_object(const model::ObjectKey& key, int by) {
  const source::WatchedKind* known = source::find_watched(key.kind);
  const std::string_view resource = known == nullptr ? kOther : known->collection;
  needs_.metrics
      .gauge("postern_store_objects", "Objects that are held.",
             {{"resource", std::string(resource)}})
      .add(by);
}

void ControlLoop::count_listeners(const Round& round) {
  const auto set = [this](const model::ObjectKey& server, std::size_t open) {
    std::size_t& before = served_[server];
    listeners_ += open - before;
    before = open;
    if (open == 0) served_.erase(server);
  };
  for (const build::Verdict& verdict : round.verdicts) {
    set(verdict.server, open_listeners(verdict));
  }
  for (const model::ObjectKey& server : round.gone) set(server, 0);
  mail_servers_.set(static_cast<std::int64_t>(served_.size()));
}

void ControlLoop::deliver(Delivery delivery) {
  const std::size_t changed =
      delivery.publication.upserts.size() + delivery.publication.removals.size();
  delivery.round.published = needs_.publisher.publish(std::move(delivery.publication));
  needs_.log.line(LogLevel::Debug, "published",
                  {{field::kVersion, delivery.round.published.version},
                   {"changed", static_cast<std::int64_t>(changed)}});
  if (needs_.tell) needs_.tell(std::move(delivery.round));
}

}  // namespace postern::loop
