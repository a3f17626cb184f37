// What the book knows and does not tell yet, since it will be other in a moment: what it said would
// be wrong to whoever reads it, and a second write to the API server.
#include <algorithm>

#include "controller/status/status_book.h"

namespace postern::status {
namespace {

// A change is answered by proxies within this, as a rule.
constexpr Duration kAnswered{800};
// The longest pause of a proxy between two tries to connect.
constexpr Duration kReturned{30'000};

}  // namespace

void StatusBook::remember(const MailServerStatus& written) {
  if (!any_answered()) return_by_ = clock_.now() + kReturned;
  if (written.key.kind == "MailClass") return remember_class(written);
  const auto found = entries_.find(written.key);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.uid = written.uid;
  entry.conditions = written.conditions;
  entry.listeners = written.listeners;
  entry.backends = written.backends;
  entry.stood.reset();
  if (!written.conditions.empty()) entry.stood = written.generation;
}

void StatusBook::remember_class(const MailServerStatus& written) {
  if (!class_.served || class_.served->name != written.key.name) return;
  class_.name = written.key.name;
  class_.uid = written.uid;
  class_.conditions = written.conditions;
  class_.stood.reset();
  if (!written.conditions.empty()) class_.stood = written.generation;
}

bool StatusBook::any_answered() const {
  return std::ranges::any_of(
      proxies_, [](const auto& one) { return one.first != 0 && one.second.report.sequence != 0; });
}

bool StatusBook::proxies_may_return() const { return return_by_ && clock_.now() < *return_by_; }

// What was read in the object is likelier than that nobody serves it.
bool StatusBook::stands(const Entry& entry) const {
  if (!proxies_may_return() || !entry.stood) return false;
  const Identity now = identity_of(entry);
  return entry.stood == now.generation && entry.uid == now.uid;
}

bool StatusBook::class_stands() const {
  if (!proxies_may_return() || !class_.stood) return false;
  return class_.stood == class_.served->generation && class_.uid == class_.served->uid &&
         class_.name == class_.served->name;
}

std::set<model::ObjectKey> StatusBook::to_tell(std::set<model::ObjectKey> touched) {
  for (const auto& [key, until] : held_) touched.insert(key);
  std::erase_if(touched, [this](const model::ObjectKey& key) { return hold(key); });
  return touched;
}

bool StatusBook::hold(const model::ObjectKey& key) {
  const auto entry = entries_.find(key);
  if (entry != entries_.end() && stands(entry->second)) {
    held_[key] = *return_by_;
    return true;
  }
  if (!unsettled_.contains(key)) {
    held_.erase(key);
    return false;
  }
  const Instant now = clock_.now();
  const auto held = held_.try_emplace(key, now + kAnswered).first;
  held->second = std::min(held->second, now + kAnswered);
  if (now < held->second) return true;
  held_.erase(held);
  return false;
}

std::optional<MailClassStatus> StatusBook::class_to_tell() {
  if (!class_.served) {
    class_.held_until.reset();
    return std::nullopt;
  }
  if (class_stands()) {
    class_.held_until = return_by_;
    return std::nullopt;
  }
  const Instant now = clock_.now();
  const Instant latest = now + kAnswered;
  class_.held_until = std::min(class_.held_until.value_or(latest), latest);
  if (now < *class_.held_until) return std::nullopt;
  class_.held_until.reset();
  return class_status();
}

}  // namespace postern::status
