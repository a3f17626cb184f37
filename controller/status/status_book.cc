#include "controller/status/status_book.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::status {
namespace {

constexpr std::size_t kMostRejections = 8;

using publish::ApplyReport;
using publish::Refusal;

std::string_view word_of(Refusal::Code code) {
  switch (code) {
    case Refusal::Code::Invalid: return "Invalid";
    case Refusal::Code::Unsupported: return "Unsupported";
    case Refusal::Code::MissingDependency: return "MissingDependency";
    case Refusal::Code::BadCertificate: return "BadCertificate";
    case Refusal::Code::BindFailed: return "BindFailed";
    case Refusal::Code::LimitExceeded: return "LimitExceeded";
    case Refusal::Code::Internal: return "Internal";
    case Refusal::Code::ProxyTooOld: return "ProxyTooOld";
  }
  return "Internal";
}

bool concerns(const Refusal& refusal, const build::Verdict& verdict) {
  if (std::ranges::find(verdict.resources, refusal.key) != verdict.resources.end()) return true;
  return std::ranges::any_of(refusal.sources, [&](const config::SourceRef& source) {
    return source.kind == "MailServer" && source.name == verdict.server.name &&
           source.object_namespace == verdict.server.object_namespace;
  });
}

std::string words_of(const Refusal& refusal) {
  const std::string at = fmt::format("{} {}", config::name_of(refusal.key.type), refusal.key.name);
  const std::string field = refusal.field.empty() ? "" : ": " + refusal.field;
  return printable(at + field + ": " + refusal.detail, 1024);
}

std::uint16_t port_of(const Refusal& refusal) {
  if (refusal.key.type != config::ResourceType::Listener) return 0;
  return static_cast<std::uint16_t>(std::strtoul(refusal.key.name.c_str(), nullptr, 10));
}

// A condition keeps its time while its truth stays.
void keep_times(const std::vector<Condition>& before, WallTime now, std::vector<Condition>& fresh) {
  for (Condition& condition : fresh) {
    const auto same = std::ranges::find(before, condition.type, &Condition::type);
    const bool stays = same != before.end() && same->truth == condition.truth;
    condition.since = stays ? same->since : now;
  }
}

}  // namespace

void StatusBook::learn(Lesson lesson) {
  version_ = lesson.published.version;
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
    unsettled_.insert(key);
    note_settled(key, entry);
  }
}

// Problems of a MailServer that could not be read are told in its status; the rest only in lines.
void StatusBook::sort_unreadable(model::Problems problems) {
  std::map<model::ObjectKey, model::Problems> by_server;
  for (const model::Problem& problem : problems) {
    if (problem.object.kind == "MailServer" && !problem.object.name.empty()) {
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
  const bool gone = report.state == ApplyReport::State::Gone;
  // A thousand MailServers are not looked at because one of them was changed.
  const bool of_all = gone || known == proxies_.end() || !known->second.refusals.empty() ||
                      !report.refusals.empty();
  if (gone) {
    proxies_.erase(report.connection);
  } else {
    proxies_[report.connection] = report;
  }
  if (of_all) {
    for (auto& [key, entry] : entries_) note_settled(key, entry);
  } else {
    for (const model::ObjectKey& key : std::set<model::ObjectKey>(unsettled_)) {
      note_settled(key, entries_.at(key));
    }
  }
}

void StatusBook::note_settled(const model::ObjectKey& key, Entry& entry) {
  touched_.insert(key);
  if (entry.settled_at || !entry.verdict || proxies_.empty()) return;
  const Programming on = programming(entry);
  if (on.acknowledged + on.rejected < on.attached) {
    unsettled_.insert(key);
    return;
  }
  entry.settled_at = clock_.now();
  unsettled_.erase(key);
}

Programming StatusBook::programming(const Entry& entry) const {
  Programming out;
  for (const auto& [connection, report] : proxies_) {
    if (connection == 0) continue;  // the controller itself could not send a part
    ++out.attached;
    if (!entry.verdict || report.sequence < entry.sequence) continue;
    const auto refusal = std::ranges::find_if(
        report.refusals, [&](const Refusal& each) { return concerns(each, *entry.verdict); });
    if (refusal == report.refusals.end()) {
      ++out.acknowledged;
      continue;
    }
    ++out.rejected;
    if (out.rejection.empty()) out.rejection = words_of(*refusal);
    out.too_old = out.too_old || refusal->code == Refusal::Code::ProxyTooOld;
  }
  return out;
}

ProxySummary StatusBook::summary(const Entry& entry) const {
  const Programming on = programming(entry);
  ProxySummary out{on.attached, on.acknowledged, on.rejected, {}};
  if (!entry.verdict) return out;
  for (const auto& [connection, report] : proxies_) {
    for (const Refusal& refusal : report.refusals) {
      if (out.rejections.size() == kMostRejections) return out;
      if (!concerns(refusal, *entry.verdict)) continue;
      out.rejections.push_back({report.proxy, report.version, std::string(word_of(refusal.code)),
                                refusal.field, words_of(refusal), clock_.wall()});
    }
  }
  return out;
}

std::set<model::ObjectKey> StatusBook::take_touched() { return std::exchange(touched_, {}); }

std::optional<MailServerStatus> StatusBook::status(const model::ObjectKey& server) {
  const auto found = entries_.find(server);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  const Known known{entry.verdict ? &*entry.verdict : nullptr, &entry.unreadable,
                    programming(entry)};
  MailServerStatus out;
  out.key = server;
  out.generation = entry.verdict ? entry.verdict->generation : 0;
  out.conditions = conditions_of(known);
  out.listeners = listeners_of(known);
  keep_times(entry.conditions, clock_.wall(), out.conditions);
  for (ListenerStatus& listener : out.listeners) {
    const auto before = std::ranges::find(entry.listeners, listener.port, &ListenerStatus::port);
    keep_times(before == entry.listeners.end() ? std::vector<Condition>() : before->conditions,
               clock_.wall(), listener.conditions);
    for (Condition& condition : listener.conditions) condition.observed_generation = out.generation;
  }
  for (Condition& condition : out.conditions) condition.observed_generation = out.generation;
  entry.conditions = out.conditions;
  entry.listeners = out.listeners;
  out.config_version = version_;
  out.proxies = summary(entry);
  return out;
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
      return std::ranges::any_of(proxy.second.refusals, [&](const Refusal& refusal) {
        const bool nothing_runs = refusal.running_version.empty();
        const bool of_server =
            refusal.key.type == config::ResourceType::Server && refusal.key.name == server.path();
        return nothing_runs && (of_server || port_of(refusal) == listener.port);
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
