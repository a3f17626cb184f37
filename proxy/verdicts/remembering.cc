#include "proxy/verdicts/remembering.h"

#include <utility>

#include "common/base/tallies.h"
#include "proxy/verdicts/keeping.h"

namespace postern::verdicts {

using policy::Answer;
using policy::Question;
using policy::RequestId;

namespace {

// Requests of ours; those without it are of the asker behind.
constexpr std::uint64_t kOurs = std::uint64_t{1} << 63U;

bool is_ours(RequestId id) { return (static_cast<std::uint64_t>(id) & kOurs) != 0; }

OwnCounter& lookups(Tallies& tallies, const char* result) {
  return tallies.counter("postern_auth_cache_lookups_total",
                         "Questions to providers whose answers are kept, by what was found.",
                         {{"result", result}});
}

}  // namespace

struct Remembering::State {
  // One question on its way, for all who asked it.
  struct Flight {
    std::string provider;
    config::AnswerCache terms;
    std::optional<Secret> sealing;
    RequestId behind = RequestId::None;
    std::vector<RequestId> waiting;
  };
  struct Waiting {
    VerdictKey key;
    Done done;
  };
  struct Told {
    RequestId id;
    Done done;
    Answer answer;
  };

  explicit State(RememberingNeeds given)
      : needs(given),
        tallies(given.metrics.tallies()),
        hits(lookups(tallies, "hit")),
        misses(lookups(tallies, "miss")),
        joined(lookups(tallies, "joined")),
        stale(lookups(tallies, "stale")),
        entries(given.metrics.gauge("postern_auth_cache_entries",
                                    "Answers of auth services that are kept.")) {}

  // What is kept and fresh.
  [[nodiscard]] std::optional<Answer> recall(const Question& question, const VerdictKey& key,
                                             const std::optional<Secret>& sealing);
  [[nodiscard]] bool tell_soon(RequestId id, Done& done, Answer answer);
  void tell();
  void heard(const VerdictKey& key, Answer answer);
  // The answer that those who wait are given: the one that came, or a kept one in its place.
  [[nodiscard]] Answer settle(const Flight& flight, const VerdictKey& key, Answer answer);
  [[nodiscard]] ShelfName shelf(const Flight& flight) const {
    return {flight.provider, flight.terms.max_entries};
  }

  RememberingNeeds needs;
  Tallies& tallies;
  OwnCounter& hits;
  OwnCounter& misses;
  OwnCounter& joined;
  OwnCounter& stale;
  Gauge& entries;
  std::uint64_t last_id = 0;
  std::unordered_map<VerdictKey, Flight, VerdictKeyHash> flights;
  std::unordered_map<RequestId, Waiting> waiting;
  std::deque<Told> told;  // answers that were kept, to be told in the next turn
  // What is posted to the loop finds this, or finds it gone.
  std::shared_ptr<State*> self = std::make_shared<State*>(this);
};

Remembering::Remembering(RememberingNeeds needs) : state_(std::make_unique<State>(needs)) {}
Remembering::~Remembering() = default;

RequestId Remembering::ask(Question question, std::shared_ptr<const void> keeps, Done done) {
  State& s = *state_;
  const auto terms = question.provider->cache;
  const auto key = terms ? s.needs.table.keys().of(question) : std::nullopt;
  if (!key) return s.needs.behind.ask(std::move(question), std::move(keeps), std::move(done));
  const RequestId id{kOurs | ++s.last_id};
  auto sealing = s.needs.table.keys().sealing(question);
  if (auto answer = s.recall(question, *key, sealing)) {
    if (s.tell_soon(id, done, std::move(*answer))) return id;
  }
  s.waiting.emplace(id, State::Waiting{*key, std::move(done)});
  const auto [at, begins] = s.flights.try_emplace(*key);
  State::Flight& flight = at->second;
  flight.waiting.push_back(id);
  if (!begins) {
    s.joined.add();
    return id;
  }
  s.misses.add();
  flight.provider = question.resource;
  flight.terms = *terms;
  flight.sealing = std::move(sealing);
  const auto hear = [&s, asked = *key](Answer answer) { s.heard(asked, std::move(answer)); };
  flight.behind = s.needs.behind.ask(std::move(question), std::move(keeps), hear);
  return id;
}

// The question itself is taken back when nobody waits for its answer any more.
void Remembering::cancel(RequestId id) {
  State& s = *state_;
  if (!is_ours(id)) return s.needs.behind.cancel(id);
  std::erase_if(s.told, [&](const State::Told& one) { return one.id == id; });
  const auto found = s.waiting.find(id);
  if (found == s.waiting.end()) return;
  const auto flight = s.flights.find(found->second.key);
  s.waiting.erase(found);
  if (flight == s.flights.end()) return;  // its answer is being told
  std::erase(flight->second.waiting, id);
  if (!flight->second.waiting.empty()) return;
  s.needs.behind.cancel(flight->second.behind);
  s.flights.erase(flight);
}

std::optional<Answer> Remembering::State::recall(const Question& question, const VerdictKey& key,
                                                 const std::optional<Secret>& sealing) {
  const Instant now = needs.clock.now();
  const ShelfName shelf{question.resource, question.provider->cache->max_entries};
  const KeptVerdict kept = needs.table.find(shelf, key, now);
  if (!kept || now >= kept->fresh_until) return std::nullopt;
  return answer_of(*kept, key, sealing);
}

// False: the loop takes nothing more, so the service is asked.
bool Remembering::State::tell_soon(RequestId id, Done& done, Answer answer) {
  const bool posted = needs.loop.post([weak = std::weak_ptr<State*>(self)] {
    if (const auto alive = weak.lock()) (*alive)->tell();
  });
  if (!posted) return false;
  hits.add();
  told.push_back({id, std::move(done), std::move(answer)});
  return true;
}

// One for each post.
void Remembering::State::tell() {
  if (told.empty()) return;  // it was cancelled
  Told one = std::move(told.front());
  told.pop_front();
  one.done(std::move(one.answer));
}

// Who is told may ask and cancel at once.
void Remembering::State::heard(const VerdictKey& key, Answer answer) {
  auto ended = flights.extract(key);
  const Flight& flight = ended.mapped();
  const Answer settled = settle(flight, key, std::move(answer));
  for (const RequestId id : flight.waiting) {
    auto one = waiting.extract(id);
    if (one) one.mapped().done(copy_of(settled));
  }
}

Answer Remembering::State::settle(const Flight& flight, const VerdictKey& key, Answer answer) {
  const Instant now = needs.clock.now();
  if (std::holds_alternative<policy::AskAgain>(answer)) return answer;
  if (std::holds_alternative<policy::Unavailable>(answer)) {
    if (!flight.terms.stale_when_unavailable) return answer;
    const KeptVerdict kept = needs.table.find(shelf(flight), key, now);
    if (!kept || !kept->accepted || now >= kept->usable_until) return answer;
    auto before = answer_of(*kept, key, flight.sealing);
    if (!before) return answer;
    stale.add();
    return std::move(*before);
  }
  // What was kept before is not true any more, whether this is kept or not.
  if (auto verdict = verdict_of(answer, flight.terms, key, flight.sealing, now)) {
    needs.table.put(shelf(flight), key, std::move(*verdict), now);
  } else {
    needs.table.erase(shelf(flight), key, now);
  }
  entries.set(static_cast<std::int64_t>(needs.table.entries()));
  return answer;
}

}  // namespace postern::verdicts
