#include "proxy/session/worker.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/limits.h"
#include "proxy/session/turn_away.h"

namespace postern::session {

namespace {

// Timer tokens: a session's slot, or with this bit a listener's.
constexpr std::uint64_t kListenerTimer = std::uint64_t{1} << 63U;
constexpr std::uint64_t kForcedTimer = std::uint64_t{1} << 61U;
constexpr Duration kLongestWait{60'000};
// A turn that leaves those who wait for the next one no better off than a slow network would.
constexpr Duration kLongTurn{20};

// 12 octets as 20 letters of RFC 4648's base32, without padding.
std::string base32(const std::array<std::uint8_t, 12>& octets) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  out.reserve(20);
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t octet : octets) {
    bits = (bits << 8U) | octet;
    for (held += 8; held >= 5; held -= 5) out.push_back(kAlphabet[(bits >> (held - 5)) & 31U]);
  }
  if (held > 0) out.push_back(kAlphabet[(bits << (5 - held)) & 31U]);
  return out;
}

std::array<std::uint8_t, 4> boot_octets() {
  std::array<std::uint8_t, 4> octets{};
  random_octets(octets.data(), octets.size());
  return octets;
}

}  // namespace

Worker::Worker(std::uint8_t index, WorkerNeeds needs)
    : index_(index),
      needs_(needs),
      timers_(needs.clock.now()),
      members_(needs.members, index),
      desk_({loop_, timers_, needs.dialer, tls_sessions_, needs.clock, needs.log,
             needs.counters.metrics()}),
      remembering_({needs.verdicts, desk_, loop_, needs.clock, needs.counters.metrics()}),
      forced_(kForcedTimer),
      now_(needs.clock.now()) {}

Worker::~Worker() = default;

void Worker::run() {
  while (!stopping_.load(std::memory_order_relaxed)) turn(kLongestWait);
}

void Worker::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  (void)loop_.post([] {});  // full: then it is awake anyway
}

void Worker::turn(Duration most) {
  const std::optional<Instant> due = timers_.next();
  const std::span<const net::Event> events = loop_.wait(patience(due, most));
  now_ = needs_.clock.now();
  handshakes_left_ = limits::kHandshakesPerTurn;
  for (const net::Event& event : events) take(event);
  const std::size_t posted = loop_.run_posted();
  timers_.advance(now_, [this](std::uint64_t token) {
    const auto slot = static_cast<std::uint32_t>(token);
    if (token == auth::Desk::kTimerToken) {
      desk_.on_timer();
    } else if ((token & kListenerTimer) != 0) {
      gate_(slot);
    } else if (token == kForcedTimer) {
      begin_round();
    } else {
      enqueue(slots_[slot]);
    }
  });
  go_round();
  advance_queued();
  bury();
  tell_if_empty();
  TurnCounts counts{needs_.clock.now() - now_, std::nullopt, queue_.size(), posted, open_};
  if (due && *due <= now_) counts.late = now_ - *due;
  needs_.counters.turn_ended(counts);
  lags_ = counts.took >= kLongTurn;
}

Duration Worker::patience(const std::optional<Instant>& next, Duration most) const {
  if (!queue_.empty() || round_left_ > 0) return Duration{0};
  if (!next) return most;
  const auto left = std::chrono::ceil<Duration>(*next - needs_.clock.now());
  return std::clamp(left, Duration{0}, most);
}

void Worker::take(const net::Event& event) {
  if (event.token.role == net::Role::Listener) {
    gate_(event.token.slot);
    return;
  }
  if (event.token.role == net::Role::Provider) return desk_.on_event(event);
  Session* session = find(event.token);
  if (!session) return;  // stale: of a descriptor that was closed in this batch
  const bool client = event.token.role == net::Role::Client;
  bool& in = client ? session->ready.client_in : session->ready.backend_in;
  bool& out = client ? session->ready.client_out : session->ready.backend_out;
  bool& ended = client ? session->ready.client_ended : session->ready.backend_ended;
  in = in || event.readable;
  out = out || event.writable;
  ended = ended || event.ended;
  enqueue(*session);
}

Session* Worker::find(const net::Token& token) {
  constexpr std::uint32_t kTravels = 0xFFFFFF;
  if (token.slot >= slots_.size()) return nullptr;
  Session& session = slots_[token.slot];
  const bool same = (session.id().generation & kTravels) == (token.generation & kTravels);
  return same && !session.over() ? &session : nullptr;
}

void Worker::advance_queued() {
  running_.swap(queue_);
  for (const std::uint32_t slot : running_) {
    Session& session = slots_[slot];
    session.queued = false;
    if (session.over()) continue;
    session.advance(*this);
    session.count_phase(needs_.counters);
    if (session.over()) dead_.push_back(slot);
  }
  running_.clear();
}

// Descriptors are closed and slots reused only after the batch, so neither a stale event nor a new
// descriptor of the same number reaches the wrong session.
void Worker::bury() {
  for (const std::uint32_t slot : dead_) {
    Session& dead = slots_[slot];
    dead.count_phase(needs_.counters);
    dead.client.close();
    dead.backend.close();
    dead.deadline.disarm();
    leave_slot(dead.id());
  }
  dead_.clear();
}

SessionId Worker::take_slot() {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Session& session = slots_[index];
  ++open_;
  session.deadline.set_token(index);
  return {index, std::max(session.id().generation + 1, 1U)};
}

void Worker::leave_slot(SessionId id) {
  free_.push_back(id.slot);
  --open_;
}

bool Worker::watch_client(const net::Stream& client, SessionId id) {
  return loop_.watch(client.fd(), {id.slot, id.generation, net::Role::Client});
}

void Worker::open(Arrival arrival) {
  const SessionId id = take_slot();
  if (!watch_client(arrival.stream, id)) {  // he would never be heard
    leave_slot(id);
    needs_.counters.refused_connection("no_descriptors");
    return turn_away(arrival.stream, arrival.listener->tls, dialogue::Failure::Overloaded);
  }
  Session& session = slots_[id.slot];
  session.begin(id, std::move(arrival), *this);
  enqueue(session);
}

void Worker::dismiss(net::Stream guest) {
  const SessionId id = take_slot();
  (void)watch_client(guest, id);  // unheard he is closed when his time is over
  Session& session = slots_[id.slot];
  session.begin_closing(id, std::move(guest), *this);
  enqueue(session);
}

void Worker::call_listener(net::TimerHook& hook, std::uint32_t slot, Duration after) {
  hook.set_token(kListenerTimer | slot);
  timers_.arm(hook, now_ + after);
}

void Worker::each(const std::function<void(Session&)>& visit) {
  for (Session& session : slots_) {
    if (!session.over()) visit(session);
  }
}

void Worker::enqueue(Session& session) {
  if (session.queued || session.over()) return;
  session.queued = true;
  queue_.push_back(session.id().slot);
}

// Deadlines that move away are not re-armed: the hook fires early, the session looks and waits on.
void Worker::arm(Session& session, Instant deadline) {
  if (session.deadline.armed() && session.armed_for <= deadline) return;
  session.armed_for = deadline;
  timers_.arm(session.deadline, deadline);
}

bool Worker::take_handshake() {
  if (handshakes_left_ == 0) return false;
  --handshakes_left_;
  return true;
}

std::string Worker::next_session_id() {
  static const std::array<std::uint8_t, 4> boot = boot_octets();
  std::array<std::uint8_t, 12> octets{boot[0], boot[1], boot[2], boot[3], index_};
  ++session_counter_;
  for (std::size_t i = 0; i < 7; ++i) {
    octets[11 - i] = static_cast<std::uint8_t>(session_counter_ >> (8 * i));
  }
  return base32(octets);
}

std::shared_ptr<const net::Prepared> Worker::adopt(std::shared_ptr<const net::Prepared> prepared) {
  if (terms_.update(*prepared->snapshot)) begin_round();
  const config::ClassTerms* of_class = prepared->snapshot->class_terms();
  most_connections_ = of_class ? of_class->max_connections : 0;
  auto before = snapshots_.adopt(std::move(prepared), now_);
  for (const std::uint32_t slot : snapshots_.overdue(now_)) {
    Session& session = slots_[slot];
    session.send_away(*this);
    if (session.over()) dead_.push_back(slot);
  }
  return before;
}

void Worker::adopt_endpoints(const std::string& backend,
                             std::shared_ptr<const config::EndpointSet> now,
                             const config::Snapshot* from) {
  health_.keep_only(backend, now.get());
  members_.keep_only(backend, now.get());
  if (lacks_some(backend, now.get())) begin_round();
  endpoints_.put(backend, std::move(now), from == nullptr ? 0 : from->number());
}

// Of those who serve it now.
bool Worker::lacks_some(std::string_view backend, const config::EndpointSet* next) const {
  const auto* now = prepared() ? endpoints(backend, *prepared()->snapshot) : nullptr;
  if (!now || now->endpoints.empty()) return false;
  return !next || !std::ranges::includes(next->endpoints, now->endpoints, {}, &config::Endpoint::id,
                                         &config::Endpoint::id);
}

const config::EndpointSet* Worker::endpoints(std::string_view backend,
                                             const config::Snapshot& snapshot) const {
  return endpoints_.find(backend, snapshot);
}

bool Worker::serves(std::string_view backend, std::string_view endpoint) const {
  const config::EndpointSet* set = endpoints(backend, *prepared()->snapshot);
  if (!set) return false;
  const auto at = std::ranges::lower_bound(set->endpoints, endpoint, {}, &config::Endpoint::id);
  return at != set->endpoints.end() && at->id == endpoint;
}

void Worker::endpoint_answered(std::string_view backend, std::string_view endpoint) {
  if (serves(backend, endpoint)) health_.succeeded(backend, endpoint, now_);
}

void Worker::endpoint_failed(std::string_view backend, std::string_view endpoint) {
  if (serves(backend, endpoint)) health_.failed(backend, endpoint, now_);
}

upstream::View Worker::members_of(std::string_view backend, const config::HealthCheck& check) {
  return {health_, members_, {backend, check, now_}};
}

std::optional<upstream::MemberPlace> Worker::take_member(std::string_view backend,
                                                         std::string_view endpoint,
                                                         std::uint32_t most) {
  if (!serves(backend, endpoint)) return upstream::MemberPlace();
  return upstream::MemberPlace::take(members_.of(backend, endpoint), most);
}

}  // namespace postern::session
