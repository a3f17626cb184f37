#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/ascii.h"
#include "proxy/control/subscription.h"

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

// A thousand MailServers that wait for their keys are one line's worth of news.
constexpr std::size_t kMostRefusalLines = 20;
// An update is in force sooner than that, as a rule, and then ACTIVE says all.
constexpr Duration kAcceptedAfter{100};

std::vector<config::ResourceKey> named_in(const adopt::Update& update) {
  std::vector<config::ResourceKey> named = update.removals;
  for (const config::Resource& resource : update.upserts) named.push_back(resource.key());
  return named;
}

std::vector<config::ResourceKey> refused_in(const adopt::Outcome& outcome) {
  std::vector<config::ResourceKey> refused;
  refused.reserve(outcome.errors.size());
  for (const adopt::ResourceError& error : outcome.errors) refused.push_back(error.key);
  return refused;
}

// An adopter never heard of what did not decode.
void add_undecoded(const WireErrors& undecoded, bool anything_else, adopt::Outcome& outcome) {
  if (undecoded.empty() || outcome.state != adopt::State::Active) return;
  outcome.state = anything_else ? adopt::State::PartiallyActive : adopt::State::Rejected;
}

}  // namespace

void Subscription::begin() {
  if (is_stopping_) return;
  if (!bring_back()) connect();
}

// False when there is nothing to bring back.
bool Subscription::bring_back() {
  if (settings_.state_dir.empty()) return false;
  auto file = adopt::LastKnownGood::open({settings_.state_dir}, needs_.log);
  if (!file) {
    needs_.log.line(LogLevel::Warning, "no last known good: its folder cannot be used",
                    {{"folder", settings_.state_dir}, {field::kReason, file.error()}});
    return false;
  }
  auto restored = (*file)->restore();
  keeper_ =
      std::make_unique<LastGoodWriter>(std::move(*file), needs_.log, metrics_, settings_.keeping);
  if (!restored) return false;
  adopt::Update update;
  update.version = restored->config.version;
  update.full_state = true;
  for (const auto& resource : restored->config.resources) update.upserts.push_back(*resource);
  auto ticket = std::make_shared<Ticket>();
  ticket->provenance = {Origin::Disk, restored->config.revision};
  restored->config.resources.clear();
  restored_ = std::move(restored);
  connects_when_applied_ = true;
  apply(std::move(update), std::move(ticket));
  return true;
}

void Subscription::stage(pb::ConfigUpdate& chunk) {
  if (is_applying_) return leave_for("an update before the last one was answered");
  const auto place = connection_.opening ? Staging::Place::Later : Staging::Place::First;
  auto staged = staging_.add(chunk, needs_.adopter, place);
  if (staging_.is_too_large()) return leave_for("an update larger than can be meant");
  if (!staged) return;
  auto ticket = std::make_shared<Ticket>();
  ticket->nonce = std::move(staged->nonce);
  ticket->provenance = {Origin::Stream, std::move(staged->revision)};
  ticket->stream = connection_.number;
  ticket->undecoded = std::move(staged->errors);
  accept_if_slow(ticket);
  apply(std::move(staged->update), std::move(ticket));
}

void Subscription::accept_if_slow(const std::shared_ptr<const Ticket>& ticket) {
  needs_.thread.post_after(kAcceptedAfter, [weak = weak_from_this(), ticket] {
    const auto self = weak.lock();
    if (!self || ticket->is_answered || ticket->stream != self->connection_.number) return;
    if (self->connection_.stream) self->connection_.stream->send(accepted_message(ticket->nonce));
  });
}

void Subscription::apply(adopt::Update update, std::shared_ptr<Ticket> ticket) {
  ticket->number = ++tickets_;
  ticket->version = update.version;
  ticket->staged_at = std::chrono::steady_clock::now();
  ticket->named = named_in(update);
  ticket->names_anything = !ticket->named.empty();
  is_applying_ = true;
  needs_.adopter.apply(std::move(update), [weak = weak_from_this(), ticket = std::move(ticket),
                                           &thread = needs_.thread](adopt::Outcome outcome) {
    thread.post([weak, ticket, outcome = std::move(outcome)]() mutable {
      if (const auto self = weak.lock()) self->answer(ticket, std::move(outcome));
    });
  });
}

// Also for later corrections of an update that was answered already.
void Subscription::answer(const std::shared_ptr<Ticket>& ticket, adopt::Outcome outcome) {
  add_undecoded(ticket->undecoded, ticket->names_anything, outcome);
  ticket->outcome = std::move(outcome);
  const bool is_first = !std::exchange(ticket->is_answered, true);
  standing_.note(ticket->number, is_first ? ticket->named : std::vector<config::ResourceKey>{},
                 ticket->outcome);
  if (is_first) settle(*ticket);
  tell(ticket);
  keep(*ticket);
  ticket->named = refused_in(ticket->outcome);
  if (when_applied && !is_stopping_) {
    when_applied({ticket->version, ticket->outcome.state,
                  ticket->outcome.errors.size() + ticket->undecoded.size()});
  }
  if (is_first && connects_when_applied_) connect();
}

// An update of an earlier stream has no nonce that this controller knows: what became of it is told
// with the first answer of this stream, if need be once more.
void Subscription::tell(const std::shared_ptr<Ticket>& ticket) {
  if (!connection_.stream) return;
  const bool is_of_this_stream = ticket->stream == connection_.number;
  if (is_of_this_stream && !connection_.opening) connection_.opening = ticket;
  const std::shared_ptr<Ticket> told = is_of_this_stream ? ticket : connection_.opening;
  if (!told) return;
  const adopt::Outcome outcome = told == connection_.opening
                                     ? standing_.with_earlier(told->number, told->outcome)
                                     : told->outcome;
  const auto took = std::chrono::steady_clock::now() - told->staged_at;
  connection_.stream->send(result_message({told->nonce, told->undecoded, outcome, took}));
}

void Subscription::settle(Ticket& ticket) {
  is_applying_ = false;
  provenance_ = std::move(ticket.provenance);
  metrics_.set_origin(provenance_.origin);
  if (ticket.stream == 0) return log_restored(ticket);
  metrics_.count_update(ticket.outcome.state);
  metrics_.apply_time.observe(std::chrono::steady_clock::now() - ticket.staged_at);
  backoff_.reset();
}

void Subscription::log_restored(const Ticket& ticket) {
  const adopt::Outcome& outcome = ticket.outcome;
  needs_.log.line(LogLevel::Info, "serving the last known good configuration",
                  {{field::kVersion, printable(ticket.version)},
                   {"resources", static_cast<std::int64_t>(needs_.adopter.held().size())},
                   {"refused", static_cast<std::int64_t>(outcome.errors.size())}});
  const std::size_t lines = std::min(outcome.errors.size(), kMostRefusalLines);
  for (std::size_t i = 0; i < lines; ++i) {
    const adopt::ResourceError& error = outcome.errors[i];
    needs_.log.line(LogLevel::Warning, "last known good: refused; it waits for the controller",
                    {{"resource", printable(error.key.name)},
                     {"type", config::name_of(error.key.type)},
                     {field::kReason, printable(error.detail)}});
  }
}

// What is in force under each name that the update had a part in. A refusal may have taken down
// what was not named: it is among the errors.
void Subscription::keep(const Ticket& ticket) {
  if (!keeper_) return;
  ConfigChange change{needs_.adopter.version(), provenance_.revision, {}};
  for (const config::ResourceKey& key : ticket.named) {
    change.put(key, needs_.adopter.resource(key));
  }
  for (const adopt::ResourceError& error : ticket.outcome.errors) {
    change.put(error.key, needs_.adopter.resource(error.key));
  }
  if (!restored_) return keeper_->note(std::move(change));
  keeper_->begin(std::move(change), restored_->from, restored_->is_proven);
  restored_.reset();
}

}  // namespace postern::control
