#include "controller/status/status_book.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "controller/status/programming.h"

namespace postern::status {
namespace {

constexpr std::size_t kMostRejections = 8;
constexpr std::string_view kExpiringSoon = "CertificateExpiringSoon";
// Whose status is another controller's to write.
constexpr std::string_view kOtherClass = "OtherClass";
constexpr std::chrono::hours kSoon{14 * 24};
// How late it is noticed that a certificate expires soon.
constexpr Duration kLookAtDates{600'000};
// A proxy that has just come is not waited for: nothing is amiss while it is given everything.
constexpr Duration kJoining{30'000};

using publish::ApplyReport;
using publish::Refusal;

struct Heard {
  WallTime at{};
  const ApplyReport* report = nullptr;
  const Refusal* refusal = nullptr;
};

std::string protocols_of(const std::vector<build::ListenerVerdict>& listeners) {
  std::set<Protocol> open;
  for (const build::ListenerVerdict& listener : listeners) {
    if (listener.off_reason.empty()) open.insert(listener.protocol);
  }
  std::string out;
  for (const Protocol protocol : open) {
    if (!out.empty()) out += ',';
    out += name_of(protocol);
  }
  return out;
}

}  // namespace

void StatusBook::learn(Lesson lesson) {
  version_ = lesson.published.version;
  if (class_.served != lesson.mail_class) class_.sequence = lesson.published.sequence;
  class_.served = std::move(lesson.mail_class);
  for (const model::ObjectKey& key : lesson.gone) {
    entries_.erase(key);
    unsettled_.erase(key);
    touched_.insert(key);
  }
  sort_unreadable(std::move(lesson.unreadable));
  for (build::Verdict& verdict : lesson.verdicts) {
    const model::ObjectKey key = verdict.server;
    Entry& entry = entries_[key];
    entry.verdict = std::move(verdict);
    entry.sequence = lesson.published.sequence;
    entry.caused_at = lesson.caused_at;
    entry.settled_at.reset();
    note_settled(key, entry);
  }
}

// Problems of a MailServer that could not be read are told in its status; the rest only in lines.
void StatusBook::sort_unreadable(model::Problems problems) {
  std::map<model::ObjectKey, model::Problems> by_server;
  for (const model::Problem& problem : problems) {
    const bool named = problem.object.kind == "MailServer" && !problem.object.name.empty();
    if (named && problem.reason != kOtherClass) {
      by_server[problem.object].push_back(problem);
    }
  }
  for (auto& [key, list] : by_server) {
    entries_[key].unreadable = std::move(list);
    touched_.insert(key);
  }
  for (auto item = entries_.begin(); item != entries_.end();) {
    auto& [key, entry] = *item;
    const bool mended = !entry.unreadable.empty() && !by_server.contains(key);
    if (mended) {
      entry.unreadable.clear();
      touched_.insert(key);
    }
    // Nothing is known of it any more: what could not be read is not there now.
    const bool unknown = !entry.verdict && entry.unreadable.empty();
    item = unknown ? entries_.erase(item) : std::next(item);
  }
  unreadable_ = std::move(problems);
}

void StatusBook::hear(const ApplyReport& report) {
  const auto known = proxies_.find(report.connection);
  const bool fresh = known == proxies_.end();
  const bool gone = report.state == ApplyReport::State::Gone;
  // A thousand MailServers are not looked at because one of them was changed.
  const bool of_all = gone || fresh || is_joining(known->second) ||
                      !known->second.report.refusals.empty() || !report.refusals.empty();
  if (gone) {
    proxies_.erase(report.connection);
  } else {
    Proxy& proxy = proxies_[report.connection];
    if (fresh) proxy.attached = clock_.now();
    proxy.refused_at = refused_at(report, proxy.refused_at);
    proxy.report = report;
  }
  if (any_answered()) return_by_.reset();
  look_at_clock();
  if (of_all) return note_all_settled();
  for (const model::ObjectKey& key : std::set<model::ObjectKey>(unsettled_)) {
    note_settled(key, entries_.at(key));
  }
}

// A proxy that says it again has said it before.
StatusBook::RefusedAt StatusBook::refused_at(const ApplyReport& report,
                                             const RefusedAt& before) const {
  RefusedAt out;
  for (const Refusal& refusal : report.refusals) {
    Refused what{refusal.key, refusal.version, refusal.code};
    const auto known = before.find(what);
    const WallTime when = known == before.end() ? clock_.wall() : known->second;
    out.emplace(std::move(what), when);
  }
  return out;
}

void StatusBook::note_all_settled() {
  for (auto& [key, entry] : entries_) note_settled(key, entry);
}

bool StatusBook::expires_soon(const Entry& entry) const {
  if (!entry.verdict || entry.verdict->expires_unix_s == 0) return false;
  return WallTime{std::chrono::seconds(entry.verdict->expires_unix_s)} - clock_.wall() < kSoon;
}

void StatusBook::look_at_dates() {
  for (const auto& [key, entry] : entries_) {
    const bool told = std::ranges::count(entry.conditions, kExpiringSoon, &Condition::type) > 0;
    if (expires_soon(entry) != told) touched_.insert(key);
  }
}

void StatusBook::look_at_clock() {
  const Instant now = clock_.now();
  if (now - dates_looked_at_ >= kLookAtDates) {
    dates_looked_at_ = now;
    look_at_dates();
  }
  const bool passed = joined_by_ && *joined_by_ <= now;
  joined_by_.reset();
  for (const auto& [connection, proxy] : proxies_) {
    if (!is_joining(proxy)) continue;
    const Instant until = proxy.attached + kJoining;
    joined_by_ = joined_by_ ? std::min(*joined_by_, until) : until;
  }
  if (passed) note_all_settled();
}

Instant StatusBook::due() const {
  Instant out = dates_looked_at_ + kLookAtDates;
  if (joined_by_) out = std::min(out, *joined_by_);
  if (class_.held_until) out = std::min(out, *class_.held_until);
  for (const auto& [key, until] : held_) out = std::min(out, until);
  return out;
}

// It has come and not answered for anything yet.
bool StatusBook::is_joining(const Proxy& proxy) const {
  return proxy.report.sequence == 0 && clock_.now() - proxy.attached < kJoining;
}

void StatusBook::note_settled(const model::ObjectKey& key, Entry& entry) {
  touched_.insert(key);
  unsettled_.erase(key);
  if (!entry.verdict || proxies_.empty()) return;
  const Programming on = programming(entry);
  if (on.acknowledged + on.rejected < on.attached) {
    unsettled_.insert(key);
  } else if (!entry.settled_at) {
    entry.settled_at = clock_.now();
  }
}

Programming StatusBook::programming(const Entry& entry) const {
  Programming out;
  std::size_t joining = 0;
  for (const auto& [connection, proxy] : proxies_) {
    if (connection == 0) continue;  // the controller itself could not send a part
    const ApplyReport& report = proxy.report;
    if (is_joining(proxy)) {
      ++joining;
      continue;
    }
    ++out.attached;
    if (!entry.verdict || report.sequence < entry.sequence) continue;
    add_answer(report, *entry.verdict, out);
  }
  if (out.attached == 0) out.attached = joining;  // there is nobody else to wait for
  return out;
}

ProxySummary StatusBook::summary(const Entry& entry) const {
  const Programming on = programming(entry);
  ProxySummary out{on.attached, on.acknowledged, on.rejected, {}};
  if (!entry.verdict) return out;
  std::vector<Heard> heard;
  for (const auto& [connection, proxy] : proxies_) {
    for (const Refusal& one : proxy.report.refusals) {
      if (!concerns(one, *entry.verdict)) continue;
      heard.push_back({proxy.refused_at.at({one.key, one.version, one.code}), &proxy.report, &one});
    }
  }
  std::ranges::stable_sort(heard, std::ranges::greater(), &Heard::at);
  if (heard.size() > kMostRejections) heard.resize(kMostRejections);
  for (const auto& [at, report, refusal] : heard) {
    out.rejections.push_back({report->proxy, report->version, std::string(word_of(refusal->code)),
                              refusal->field, words_of(*refusal), at});
  }
  return out;
}

std::set<model::ObjectKey> StatusBook::take_touched() { return std::exchange(touched_, {}); }

// Of what was looked at last, though it could not be read.
StatusBook::Identity StatusBook::identity_of(const Entry& entry) {
  if (!entry.unreadable.empty() && !entry.unreadable.front().uid.empty()) {
    return {entry.unreadable.front().uid, entry.unreadable.front().generation};
  }
  if (!entry.verdict) return {};
  return {entry.verdict->uid, entry.verdict->generation};
}

std::optional<MailServerStatus> StatusBook::status(const model::ObjectKey& server) {
  const auto found = entries_.find(server);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  const Known known{entry.verdict ? &*entry.verdict : nullptr, &entry.unreadable,
                    programming(entry), expires_soon(entry)};
  MailServerStatus out;
  out.key = server;
  out.conditions = status::conditions_of(known);
  out.listeners = listeners_of(known);
  out.backends = backends_of(known);
  if (entry.verdict) {
    out.protocols = protocols_of(entry.verdict->listeners);
    out.earliest_expiry_unix_s = entry.verdict->expires_unix_s;
  }
  Identity identity = identity_of(entry);
  out.uid = std::move(identity.uid);
  out.generation = identity.generation;
  keep_all_times(entry, out);
  out.config_version = version_;
  out.proxies = summary(entry);
  return out;
}

// Times of another object that had this name are not kept.
void StatusBook::keep_all_times(Entry& entry, MailServerStatus& fresh) {
  if (entry.uid != fresh.uid) {
    entry.conditions.clear();
    entry.listeners.clear();
    entry.backends.clear();
  }
  const WallTime now = clock_.wall();
  const auto keep = [&](const std::vector<Condition>& before, std::vector<Condition>& conditions) {
    keep_times(before, now, conditions);
    for (Condition& one : conditions) one.observed_generation = fresh.generation;
  };
  const std::vector<Condition> none;
  keep(entry.conditions, fresh.conditions);
  for (ListenerStatus& one : fresh.listeners) {
    const auto before = std::ranges::find(entry.listeners, one.port, &ListenerStatus::port);
    keep(before == entry.listeners.end() ? none : before->conditions, one.conditions);
  }
  for (BackendStatus& one : fresh.backends) {
    const auto before = std::ranges::find(entry.backends, one.name, &BackendStatus::name);
    keep(before == entry.backends.end() ? none : before->conditions, one.conditions);
  }
  entry.uid = fresh.uid;
  entry.conditions = fresh.conditions;
  entry.listeners = fresh.listeners;
  entry.backends = fresh.backends;
}

std::optional<Progress> StatusBook::progress(const model::ObjectKey& server) const {
  const auto found = entries_.find(server);
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  Progress out;
  out.sequence = entry.sequence;
  out.settled = entry.settled_at.has_value();
  if (!entry.verdict) return out;
  out.verdict = &*entry.verdict;
  if (entry.settled_at && entry.caused_at) {
    out.took = std::chrono::duration_cast<Duration>(*entry.settled_at - *entry.caused_at);
  }
  for (const build::ListenerVerdict& listener : entry.verdict->listeners) {
    if (!listener.off_reason.empty()) continue;
    const bool refused = std::ranges::any_of(proxies_, [&](const auto& proxy) {
      return std::ranges::any_of(proxy.second.report.refusals, [&](const Refusal& refusal) {
        const bool nothing_runs = refusal.running_version.empty();
        const bool of_server =
            refusal.key.type == config::ResourceType::Server && refusal.key.name == server.path();
        // The listener is in force, and its port is not to be had.
        const bool is_shut = nothing_runs || refusal.code == Refusal::Code::BindFailed;
        return (nothing_runs && of_server) || (is_shut && port_of(refusal) == listener.port);
      });
    });
    if (!refused) ++out.listeners_open;
  }
  return out;
}

std::vector<model::ObjectKey> StatusBook::all() const {
  std::vector<model::ObjectKey> out;
  for (const auto& [key, entry] : entries_) out.push_back(key);
  return out;
}

}  // namespace postern::status
