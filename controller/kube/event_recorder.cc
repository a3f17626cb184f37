#include "controller/kube/event_recorder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "common/base/ascii.h"
#include "common/base/digest.h"
#include "controller/kube/micro_time.h"

namespace postern::kube {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostOfNote = 1024;
constexpr std::size_t kMostRemembered = 4096;  // series, and objects
constexpr Duration kPatience{5'000};

Counter& events(Metrics& metrics, const char* result) {
  return metrics.counter("postern_events_total", "Events that were to be told.",
                         {{"result", result}});
}

std::string space_of(const Regarding& regarding) {
  return regarding.space.empty() ? "default" : regarding.space;
}

std::string collection_of(const Regarding& regarding) {
  return fmt::format("/apis/events.k8s.io/v1/namespaces/{}/events", space_of(regarding));
}

// Of one object there may be many.
std::string fresh_name(const Regarding& regarding) {
  std::array<std::uint8_t, 8> octets{};
  random_octets(octets.data(), octets.size());
  return regarding.name.substr(0, 200) + "." + hex(octets);
}

std::string cut(const std::string& note) {
  return note.size() <= kMostOfNote ? note : note.substr(0, kMostOfNote - 3) + "...";
}

json::object object_of(const Regarding& regarding) {
  json::object out{{"apiVersion", regarding.api_version},
                   {"kind", regarding.kind},
                   {"name", regarding.name},
                   {"uid", regarding.uid}};
  if (!regarding.space.empty()) out.emplace("namespace", regarding.space);
  return out;
}

}  // namespace

EventRecorder::EventRecorder(const EventNeeds& needs, EventTerms terms)
    : needs_(needs),
      terms_(std::move(terms)),
      alive_(std::make_shared<int>(0)),
      written_(events(needs.metrics, "written")),
      dropped_(events(needs.metrics, "dropped")),
      failed_(events(needs.metrics, "error")) {}

void EventRecorder::record(const Occurrence& what) {
  forget_old();
  if (needs_.may_write && !needs_.may_write()) return dropped_.add();
  if (under_way_ >= terms_.at_once || !may_tell(what.regarding.uid)) return dropped_.add();
  const Sameness same{what.regarding.uid, what.reason, what.note};
  const Instant now = needs_.clock.now();
  const auto known = series_.find(same);
  if (known != series_.end() && now - known->second.last < terms_.same_within) {
    ++known->second.count;
    known->second.last = now;
    return send(repetition(what, known->second), same);
  }
  const Series fresh{fresh_name(what.regarding), 1, now};
  series_.insert_or_assign(same, fresh);
  send(creation(what, fresh.name), same);
}

bool EventRecorder::may_tell(const std::string& uid) {
  const Instant now = needs_.clock.now();
  const auto [purse, fresh] = purses_.try_emplace(uid, Purse{terms_.burst, now});
  if (!fresh) {
    const double refilled = std::chrono::duration<double>(now - purse->second.filled) /
                            std::chrono::duration<double>(terms_.refill);
    purse->second.tokens = std::min(terms_.burst, purse->second.tokens + refilled);
    purse->second.filled = now;
  }
  if (purse->second.tokens < 1) return false;
  purse->second.tokens -= 1;
  return true;
}

Request EventRecorder::creation(const Occurrence& what, const std::string& name) const {
  json::object event{{"apiVersion", "events.k8s.io/v1"},
                     {"kind", "Event"},
                     {"metadata", {{"name", name}, {"namespace", space_of(what.regarding)}}},
                     {"eventTime", micro_time(needs_.clock.wall())},
                     {"reportingController", terms_.controller},
                     {"reportingInstance", terms_.instance},
                     {"action", what.action},
                     {"reason", what.reason},
                     {"regarding", object_of(what.regarding)},
                     {"note", cut(printable(what.note, kMostOfNote))},
                     {"type", what.warning ? "Warning" : "Normal"}};
  return {.method = "POST",
          .target = collection_of(what.regarding),
          .content_type = "application/json",
          .body = json::serialize(event),
          .patience = kPatience};
}

Request EventRecorder::repetition(const Occurrence& what, const Series& series) const {
  const json::object patch{
      {"series", {{"count", series.count}, {"lastObservedTime", micro_time(needs_.clock.wall())}}}};
  return {.method = "PATCH",
          .target = collection_of(what.regarding) + "/" + series.name,
          .content_type = "application/merge-patch+json",
          .body = json::serialize(patch),
          .patience = kPatience};
}

// What the server did not take, or has forgotten, begins anew the next time.
void EventRecorder::send(Request request, const Sameness& same) {
  ++under_way_;
  needs_.transport.ask(std::move(request), [this, same, term = std::weak_ptr(alive_)](
                                               const Result<Reply, Broken>& reply) {
    if (term.expired()) return;
    --under_way_;
    const bool taken = reply && reply->head.status >= 200 && reply->head.status < 300;
    if (taken) return written_.add();
    failed_.add();
    series_.erase(same);
  });
}

void EventRecorder::forget_old() {
  const Instant now = needs_.clock.now();
  if (series_.size() >= kMostRemembered) {
    std::erase_if(series_,
                  [&](const auto& one) { return now - one.second.last >= terms_.same_within; });
    if (series_.size() >= kMostRemembered) series_.clear();
  }
  if (purses_.size() >= kMostRemembered) {
    const auto full_again = terms_.refill * static_cast<int>(terms_.burst);
    std::erase_if(purses_, [&](const auto& one) { return now - one.second.filled >= full_again; });
    // Whoever makes objects by the thousand shall not fill the memory.
    if (purses_.size() >= kMostRemembered) purses_.clear();
  }
}

}  // namespace postern::kube
