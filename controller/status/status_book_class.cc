// What the book says of the MailClass that is served.
#include <algorithm>
#include <iterator>
#include <map>

#include "controller/status/programming.h"
#include "controller/status/status_book.h"

namespace postern::status {

Programming StatusBook::programming_of_class() const {
  Programming out;
  for (const auto& [connection, proxy] : proxies_) {
    if (connection == 0 || is_joining(proxy)) continue;
    ++out.attached;
    if (!proxy.report.refusals.empty()) {
      ++out.rejected;
      if (out.rejection.empty()) out.rejection = words_of(proxy.report.refusals.front());
    } else if (proxy.report.sequence >= class_.sequence) {
      ++out.acknowledged;
    }
  }
  return out;
}

std::optional<MailClassStatus> StatusBook::class_status() {
  if (!class_.served) return std::nullopt;
  MailClassStatus out;
  out.key = {"MailClass", {}, class_.served->name};
  out.uid = class_.served->uid;
  out.generation = class_.served->generation;
  out.ingress_class = class_.served->ingress_class;
  const Programming on = programming_of_class();
  model::Problems problems;
  std::ranges::copy_if(unreadable_, std::back_inserter(problems),
                       [&](const model::Problem& one) { return one.object == out.key; });
  // What was refused was looked at too, while what was accepted before it stays in force, be it of
  // an object that is gone.
  for (const model::Problem& one : problems) {
    if (one.uid.empty() || one.uid == out.uid) {
      out.generation = std::max(out.generation, one.generation);
    } else {
      out.uid = one.uid;
      out.generation = one.generation;
    }
  }
  out.conditions = conditions_of_class(problems, on);
  std::map<std::uint16_t, Protocol> ports;
  for (const auto& [key, entry] : entries_) {
    if (!entry.verdict || !entry.verdict->accepted) continue;
    ++out.mail_servers;
    for (const build::ListenerVerdict& listener : entry.verdict->listeners) {
      if (listener.off_reason.empty()) ports.emplace(listener.port, listener.protocol);
    }
  }
  for (const auto& [port, protocol] : ports) out.ports.push_back({port, protocol});
  // Times of another class are not kept.
  if (class_.name != out.key.name || class_.uid != out.uid) class_.conditions.clear();
  keep_times(class_.conditions, clock_.wall(), out.conditions);
  for (Condition& one : out.conditions) one.observed_generation = out.generation;
  class_.name = out.key.name;
  class_.uid = out.uid;
  class_.conditions = out.conditions;
  out.proxies = {on.attached, on.acknowledged, on.rejected, {}};
  return out;
}

}  // namespace postern::status
