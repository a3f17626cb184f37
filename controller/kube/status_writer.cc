#include "controller/kube/status_writer.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "controller/frames/watch_event.h"

namespace postern::kube {
namespace {

constexpr Duration kFirstRetry{1'000};
constexpr Duration kLongestRetry{60'000};

constexpr const char* kWrites = "postern_status_writes_total";
constexpr const char* kWritesHelp = "Statuses that were to be written to the API server.";

Counter& writes(Metrics& metrics, const char* result) {
  return metrics.counter(kWrites, kWritesHelp, {{"result", result}});
}

// The words of a Status object, or what stands there instead.
std::string words_of(const Reply& reply) { return printable(reply.body, 512); }

bool is_well(const Result<Reply, Broken>& reply) {
  return reply && reply->head.status >= 200 && reply->head.status < 300;
}

// Of a conflict: it is another object of the same name, or too many wrote at once. As an API server
// says it; a blank keeps these words out of names of objects, which stand in the sentence too.
bool is_of_another(const Reply& reply) {
  const std::string said = lower(frames::read_status(reply.body).message);
  return said.find("uid mismatch") != std::string::npos ||
         said.find("uid in precondition") != std::string::npos;
}

}  // namespace

StatusWriter::StatusWriter(const StatusNeeds& needs, StatusTerms terms)
    : needs_(needs),
      terms_(std::move(terms)),
      written_total_(writes(needs.metrics, "written")),
      noop_total_(writes(needs.metrics, "noop")),
      error_total_(writes(needs.metrics, "error")),
      gone_total_(writes(needs.metrics, "gone")),
      write_seconds_(needs.metrics.histogram("postern_status_write_seconds",
                                             "From a status wanted to the server's yes.")),
      depth_(needs.metrics.gauge("workqueue_depth", "What waits.", {{"name", "status"}})),
      adds_(needs.metrics.counter("workqueue_adds_total", "What was put.", {{"name", "status"}})),
      retries_(needs.metrics.counter("workqueue_retries_total", "What was tried once more.",
                                     {{"name", "status"}})),
      queue_seconds_(needs.metrics.histogram("workqueue_queue_duration_seconds",
                                             "From what was put to its turn.",
                                             {{"name", "status"}})),
      at_work_(needs.metrics, needs.clock, "status") {}

void StatusWriter::open() {
  close();
  open_ = std::make_shared<int>(0);
  filled_ = needs_.clock.now();
  tokens_ = static_cast<double>(terms_.a_second) / 10;
}

void StatusWriter::close() {
  open_.reset();
  alarm_.reset();
  entries_.clear();
  waiting_.clear();
  ready_.clear();
  wanted_ = 0;
  under_way_ = 0;
  at_work_.clear();
  depth_.set(0);
}

void StatusWriter::put(StatusWrite write) {
  if (!open_) return;
  const auto essence = essence_of(write.body, terms_.essence);
  if (!essence) return;  // no object: nobody could take it
  adds_.add();
  const Instant now = needs_.clock.now();
  const auto [item, fresh] = entries_.try_emplace(write.key);
  Entry& entry = item->second;
  if (fresh) entry.id = ++next_;
  if (entry.wanted) {
    write.rank = std::min(write.rank, entry.wanted->rank);
  } else {
    ++wanted_;
    entry.put_at = now;
  }
  entry.wanted = std::move(write);
  entry.essence = *essence;
  judge(item);
  go_on();
}

void StatusWriter::forget(const std::string& key) {
  const auto item = entries_.find(key);
  if (item == entries_.end()) return;
  leave_lines(item);
  drop(item->second);
  entries_.erase(item);
  go_on();
}

void StatusWriter::remember(const std::string& key, std::string_view object) {
  const auto essence = essence_of(object, terms_.essence);
  if (!open_ || !essence) return;
  const auto [item, fresh] = entries_.try_emplace(key);
  if (fresh) item->second.id = ++next_;
  item->second.written = essence;
  judge(item);
  go_on();
}

// Where it belongs now: nowhere, among those that wait, or among those that are ready.
void StatusWriter::judge(Entries::iterator item) {
  Entry& entry = item->second;
  const std::optional<Place> before = entry.place;
  leave_lines(item);
  if (!entry.wanted || entry.under_way) return;
  const auto place = [&](Rank rank) {
    return before && before->first == rank ? *before : Place{rank, ++next_};
  };
  const bool same = entry.written && entry.written->prompt == entry.essence.prompt;
  if (!same) {
    entry.differs_since.reset();
    return line_up(item, place(entry.wanted->rank), entry.blocked_until);
  }
  if (entry.written->whole == entry.essence.whole) {
    entry.differs_since.reset();
    noop_total_.add();
    return drop(entry);
  }
  if (!entry.differs_since) entry.differs_since = needs_.clock.now();
  const Instant when = std::max(entry.blocked_until, *entry.differs_since + terms_.slow_after);
  line_up(item, place(Rank::Refresh), when);
}

void StatusWriter::line_up(Entries::iterator item, Place place, Instant when) {
  Entry& entry = item->second;
  if (when > needs_.clock.now()) {
    entry.waits_until = when;
    waiting_.emplace(when, item->first);
    return;
  }
  entry.place = place;
  ready_.emplace(place, item->first);
}

void StatusWriter::leave_lines(Entries::iterator item) {
  Entry& entry = item->second;
  if (entry.waits_until) waiting_.erase({*entry.waits_until, item->first});
  if (entry.place) ready_.erase(*entry.place);
  entry.waits_until.reset();
  entry.place.reset();
}

void StatusWriter::drop(Entry& entry) {
  if (!entry.wanted) return;
  entry.wanted.reset();
  --wanted_;
}

void StatusWriter::go_on() {
  take_due();
  while (!ready_.empty() && under_way_ < terms_.at_once && may_write() && may_send()) {
    send(entries_.find(ready_.begin()->second));
  }
  depth_.set(static_cast<std::int64_t>(wanted_));
  set_alarm();
}

void StatusWriter::take_due() {
  const Instant now = needs_.clock.now();
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    const std::string key = waiting_.begin()->second;
    judge(entries_.find(key));
  }
}

bool StatusWriter::may_send() {
  const Instant now = needs_.clock.now();
  const double most = std::max(1.0, static_cast<double>(terms_.a_second) / 10);
  const double passed = std::chrono::duration<double>(now - filled_).count();
  tokens_ = std::min(most, tokens_ + passed * terms_.a_second);
  filled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void StatusWriter::send(Entries::iterator item) {
  leave_lines(item);
  Entry& entry = item->second;
  auto sent = std::make_shared<Sent>();
  sent->id = entry.id;
  sent->write = std::move(*entry.wanted);
  sent->essence = entry.essence;
  sent->at = entry.put_at;
  drop(entry);
  entry.under_way = true;
  ++under_way_;
  sent->sent_at = needs_.clock.now();
  queue_seconds_.observe(sent->sent_at - entry.put_at);
  at_work_.begin(sent->sent_at);
  Request request{.method = "PATCH",
                  .target = sent->write.target,
                  .content_type = "application/apply-patch+yaml",
                  .body = sent->write.body,
                  .patience = terms_.patience};
  needs_.transport.ask(std::move(request),
                       [this, sent, term = std::weak_ptr(open_)](Result<Reply, Broken> reply) {
                         if (!term.expired()) answered(sent, reply);
                       });
}

void StatusWriter::answered(const std::shared_ptr<Sent>& sent, const Result<Reply, Broken>& reply) {
  --under_way_;
  at_work_.end(sent->sent_at);
  const auto item = entries_.find(sent->write.key);
  if (item != entries_.end() && item->second.id == sent->id) {
    item->second.under_way = false;
    settle(item->second, *sent, reply);
    judge(item);
  }
  go_on();
}

void StatusWriter::settle(Entry& entry, const Sent& sent, const Result<Reply, Broken>& reply) {
  if (is_well(reply)) {
    written_total_.add();
    write_seconds_.observe(needs_.clock.now() - sent.at);
    entry.written = sent.essence;
    entry.differs_since.reset();
    entry.failures = 0;
    entry.told = false;
    return;
  }
  const int status = reply ? reply->head.status : 0;
  const bool conflict = status == 409;
  if (status == 404 || (conflict && is_of_another(*reply))) {
    gone_total_.add();
    entry.written = sent.essence;  // the same is not said to nobody again
    return;
  }
  error_total_.add();
  // It may stand there all the same: what was written before is not known to.
  if (!reply || status >= 500) entry.written.reset();
  const bool passes = !reply || conflict || status == 429 || status >= 500;
  if (passes) return again(entry, sent, reply ? reply->head.retry_after : std::nullopt);
  // An API server that has just started forbids everything until it has read its roles.
  const bool may_be_mended = status == 401 || status == 403;
  if (!may_be_mended || !std::exchange(entry.told, true)) refused(sent, *reply);
  if (may_be_mended) return again(entry, sent, std::nullopt);
  entry.written = sent.essence;
}

void StatusWriter::refused(const Sent& sent, const Reply& reply) {
  needs_.log.line(LogLevel::Error, "the API server refuses a status",
                  {{field::kObject, sent.write.key},
                   {"code", static_cast<std::int64_t>(reply.head.status)},
                   {field::kDetail, words_of(reply)}});
}

// What came meanwhile is newer, and no less urgent.
void StatusWriter::again(Entry& entry, const Sent& sent, std::optional<Duration> retry_after) {
  retries_.add();
  const Duration grown = kFirstRetry * (1U << std::min(entry.failures, 6U));
  ++entry.failures;
  const Duration pause =
      std::max(std::min(grown, kLongestRetry), retry_after.value_or(Duration{0}));
  entry.blocked_until = needs_.clock.now() + pause;
  if (entry.wanted) {
    entry.wanted->rank = std::min(entry.wanted->rank, sent.write.rank);
    return;
  }
  entry.wanted = sent.write;
  entry.essence = sent.essence;
  entry.put_at = sent.at;
  ++wanted_;
}

void StatusWriter::set_alarm() {
  alarm_.reset();
  if (!open_) return;
  const bool for_tokens = !ready_.empty() && under_way_ < terms_.at_once;
  if (!for_tokens && waiting_.empty()) return;
  const Instant now = needs_.clock.now();
  Instant until = for_tokens ? now + Duration{1000 / std::max(1U, terms_.a_second) + 1}
                             : waiting_.begin()->first;
  if (for_tokens && !waiting_.empty()) until = std::min(until, waiting_.begin()->first);
  const auto pause = std::chrono::ceil<Duration>(until - now);
  alarm_ = needs_.agenda.after(std::max(pause, Duration{0}), [this] { go_on(); });
}

}  // namespace postern::kube
