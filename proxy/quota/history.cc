#include "proxy/quota/history.h"

#include <algorithm>

#include "proxy/quota/failure_rate.h"
#include "proxy/quota/known_sources.h"
#include "proxy/quota/penalty.h"

namespace postern::quota {

namespace {

// A /48 is one customer's supply of /64s: it may fail as often as 16 of them.
constexpr std::uint32_t kFailuresOfNet = 16;

bool is_exempt(const config::LoginProtection& protection, const IpAddress& source) {
  return std::any_of(protection.exempt.begin(), protection.exempt.end(),
                     [&](const Network& network) { return network.contains(source); });
}

bool is_off(const config::LoginProtection& protection) {
  return !protection.penalty_grows && protection.per_source.failures == 0 &&
         protection.per_user.failures == 0;
}

bool is_v6(const IpAddress& address) { return address.family() == IpAddress::Family::V6; }

std::chrono::seconds since(std::uint32_t last, Instant now) {
  const std::uint32_t seconds = seconds_of(now);
  return std::chrono::seconds(seconds - std::min(seconds, last));
}

// The graver one: a block, else the longer wait.
Verdict graver(const Verdict& a, const Verdict& b) {
  if (a.block != Block::None) return a;
  if (b.block != Block::None) return b;
  return a.wait < b.wait ? b : a;
}

// The sum is the newest now; whether it was among them before.
bool bring_forward(Guesses& guesses, std::uint16_t sum) {
  auto& sums = guesses.sums;
  auto place = std::find(sums.begin(), sums.end(), sum);
  const bool was_there = place != sums.end();
  if (!was_there) --place;
  std::rotate(sums.begin(), place, place + 1);
  sums.front() = sum;
  return was_there;
}

}  // namespace

std::string_view name_of(Block block) {
  switch (block) {
    case Block::None: return "none";
    case Block::Source: return "block_source";
    case Block::User: return "block_user";
  }
  return "?";
}

struct History::Raise {
  const config::LoginProtection& protection;
  const config::FailureRate& rate;
  Instant arrived;
  Instant now;
  std::uint16_t sum = 0;
};

bool History::is_known(const Counting& counting, Instant now) const {
  const std::uint32_t mark = mark_of(keys_.key(Counted::UserAtSource, counting), day_of(now));
  for (const Counted what : {Counted::KnownSources, Counted::KnownSourcesToo}) {
    const auto entry = table_.find(keys_.key(what, counting));
    if (entry && knows(entry->as<KnownSources>(), mark)) return true;
  }
  return false;
}

// A rate or a penalty that was switched off holds nobody any more.
Verdict History::judge(Counted what, const Counting& counting,
                       const config::LoginProtection& protection, Instant now) const {
  const auto entry = table_.find(keys_.key(what, counting));
  if (!entry) return {};
  const bool of_user = what == Counted::User;
  const config::FailureRate& rate = of_user ? protection.per_user : protection.per_source;
  if (rate.failures != 0 && is_blocked(entry->as<Guesses>().rate, now)) {
    return {Duration{0}, of_user ? Block::User : Block::Source};
  }
  const std::uint8_t penalty = fallen_penalty(entry->penalty, since(entry->last, now));
  if (!protection.penalty_grows || penalty == 0) return {};
  return {penalty_wait(penalty), Block::None};
}

Verdict History::before_asking(const Attempt& attempt, const config::LoginProtection& protection,
                               Instant now) const {
  if (is_off(protection) || is_exempt(protection, attempt.source)) return {};
  const Counting counting = keys_.counting(attempt.server, attempt.user, attempt.source);
  const auto judged = [&](Counted what) { return judge(what, counting, protection, now); };
  Verdict verdict;
  if (!attempt.user.empty()) {
    verdict = judged(Counted::UserAtSource);
    if (is_known(counting, now)) return verdict;
    verdict = graver(verdict, judged(Counted::User));
  }
  verdict = graver(verdict, judged(Counted::Source));
  verdict = graver(verdict, judged(Counted::Neighbours));
  if (is_v6(attempt.source)) verdict = graver(verdict, judged(Counted::SourceNet));
  return verdict;
}

bool History::is_repeated(const Counting& counting, std::uint16_t sum, bool has_user) {
  bool repeated = false;
  for (const Counted what : {Counted::UserAtSource, Counted::Source}) {
    if (what == Counted::UserAtSource && !has_user) continue;
    table_.change_if_there(keys_.key(what, counting), [&](HistoryEntry& entry) {
      Guesses guesses = entry.as<Guesses>();
      const auto& sums = guesses.sums;
      if (std::find(sums.begin(), sums.end(), sum) == sums.end()) return;
      repeated = bring_forward(guesses, sum);
      entry.put(guesses);
    });
  }
  return repeated;
}

void History::raise(Counted what, const Counting& counting, const Raise& raise) {
  const std::uint32_t factor = what == Counted::SourceNet ? kFailuresOfNet : 1;
  const bool waits = what != Counted::User && what != Counted::Neighbours;
  table_.change(keys_.key(what, counting), raise.now, [&](HistoryEntry& entry) {
    Guesses guesses = entry.as<Guesses>();
    count_failure(guesses.rate, raise.rate, factor, raise.now);
    if (raise.sum != 0) (void)bring_forward(guesses, raise.sum);
    entry.put(guesses);
    const std::chrono::seconds quiet = since(entry.last, raise.arrived);
    entry.penalty = fallen_penalty(entry.penalty, quiet);
    if (quiet >= penalty_wait(kMostPenalty)) entry.failures = 0;
    entry.last = seconds_of(raise.now);
    if (!waits || !raise.protection.penalty_grows || ++entry.failures < factor) return;
    entry.failures = 0;
    entry.penalty = std::min<std::uint8_t>(entry.penalty + 1, kMostPenalty);
  });
}

void History::failed(const Attempt& attempt, const config::LoginProtection& protection, Instant now,
                     Guess guess) {
  if (is_off(protection) || is_exempt(protection, attempt.source)) return;
  const Counting counting = keys_.counting(attempt.server, attempt.user, attempt.source);
  const bool has_user = !attempt.user.empty();
  const std::uint16_t sum = sums_.of(counting.account, attempt.password, now);
  const bool forgiven = sum != 0 && !protection.same_password_counts;
  if (forgiven && is_repeated(counting, sum, has_user)) return;
  const Raise of_source{protection, protection.per_source, attempt.arrived, now, sum};
  const bool users_count = has_user && protection.per_user.failures != 0;
  if (users_count && !is_known(counting, now)) {
    raise(Counted::User, counting, {protection, protection.per_user, attempt.arrived, now});
  }
  if (has_user) raise(Counted::UserAtSource, counting, of_source);
  raise(Counted::Source, counting, of_source);
  if (is_v6(attempt.source)) raise(Counted::SourceNet, counting, of_source);
  const bool neighbours_count = guess == Guess::UnknownUser && protection.per_source.failures != 0;
  if (neighbours_count) raise(Counted::Neighbours, counting, of_source);
}

// His own penalty goes; the source's stays for others, or an account of his own would give an
// attacker a clean sheet between two guesses.
void History::succeeded(const Attempt& attempt, const config::LoginProtection& protection,
                        Instant now) {
  if (is_off(protection) || is_exempt(protection, attempt.source) || attempt.user.empty()) return;
  const Counting counting = keys_.counting(attempt.server, attempt.user, attempt.source);
  const std::uint64_t pair = keys_.key(Counted::UserAtSource, counting);
  table_.change_if_there(pair, [](HistoryEntry& entry) { entry.penalty = 0; });

  const auto note = [&](Counted what, auto change) {
    table_.change(keys_.key(what, counting), now, [&](HistoryEntry& entry) {
      KnownSources sources = entry.as<KnownSources>();
      change(sources);
      entry.put(sources);
      entry.exempt = true;
      entry.last = seconds_of(now);
    });
  };
  const std::uint32_t mark = mark_of(pair, day_of(now));
  std::uint32_t older = 0;
  note(Counted::KnownSources, [&](KnownSources& newest) { older = remember(newest, mark); });
  if (older == 0) return;
  note(Counted::KnownSourcesToo, [&](KnownSources& others) {
    forget(others, mark);
    (void)remember(others, older);
  });
}

}  // namespace postern::quota
