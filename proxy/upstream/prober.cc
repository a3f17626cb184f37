#include "proxy/upstream/prober.h"

#include <algorithm>
#include <utility>

namespace postern::upstream {

namespace {

constexpr Duration kBetweenLooks{1'000};  // a change of a thousand backends a second is one look
constexpr Duration kLongestWait{60'000};

std::string server_of(const std::string& backend) { return backend.substr(0, backend.rfind('/')); }

}  // namespace

Prober::Prober(ProberNeeds needs)
    : needs_(std::move(needs)),
      list_(needs_.members),
      flights_(kInFlight),
      now_(needs_.clock.now()),
      followed_(now_ - kBetweenLooks) {}

void Prober::run() {
  while (!stopping_.load(std::memory_order_relaxed)) turn(kLongestWait);
}

void Prober::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  (void)loop_.post([] {});  // full: then it is awake anyway
}

void Prober::notice() {
  noticed_.store(true, std::memory_order_relaxed);
  (void)loop_.post([] {});
}

void Prober::turn(Duration most) {
  const auto events = loop_.wait(patience(most));
  now_ = needs_.clock.now();
  loop_.run_posted();
  for (const net::Event& event : events) {
    if (event.token.role != net::Role::Backend) continue;
    constexpr std::uint32_t kTravels = 0xFFFFFF;
    const Flight& flight = flights_[event.token.slot];
    const bool stale = ((flight.generation ^ event.token.generation) & kTravels) != 0;
    if (flight.probe && !stale) advance(event.token.slot);
  }
  end_overdue();
  follow();
  begin_due();
}

Duration Prober::patience(Duration most) const {
  Instant next = now_ + most;
  if (noticed_.load(std::memory_order_relaxed)) next = std::min(next, followed_ + kBetweenLooks);
  if (const auto due = list_.next_due(); due && free_slot()) next = std::min(next, *due);
  for (const Flight& flight : flights_) {
    if (flight.probe) next = std::min(next, flight.deadline);
  }
  const auto left = std::chrono::ceil<Duration>(next - needs_.clock.now());
  return std::clamp(left, Duration{0}, most);
}

void Prober::follow() {
  if (now_ - followed_ < kBetweenLooks || !noticed_.exchange(false)) return;
  followed_ = now_;
  InForce all = needs_.in_force();
  prepared_ = std::move(all.prepared);
  list_.follow(all.snapshot, now_);
  show_out();
}

std::optional<std::uint32_t> Prober::free_slot() const {
  const auto free = std::ranges::find_if(flights_, [](const Flight& one) { return !one.probe; });
  if (free == flights_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(free - flights_.begin());
}

void Prober::begin_due() {
  while (const auto slot = free_slot()) {
    CheckedMember* const member = list_.take_due(now_);
    if (member == nullptr) return;
    begin(*member, *slot);
  }
}

void Prober::begin(CheckedMember& member, std::uint32_t slot) {
  Flight& flight = flights_[slot];
  flight.backend = member.backend;
  flight.id = member.id;
  flight.address = member.address;
  flight.deadline = now_ + member.check.timeout;
  flight.keeps = prepared_;
  if (++flight.generation == 0) flight.generation = 1;
  auto dialled = needs_.dialer.dial(member.address);
  if (!dialled && !dialled.error().is_ours) return came_to(slot, false, dialled.error().reason);
  const net::Token token{slot, flight.generation, net::Role::Backend};
  if (!dialled || !loop_.watch(dialled->fd(), token)) {  // what we lack says nothing of a member
    member.asked = false;
    flight.keeps.reset();
    return;
  }
  const net::TlsClient* const tls = prepared_ ? prepared_->tls_client(member.backend) : nullptr;
  flight.probe = std::make_unique<Probe>(std::move(*dialled), member.wish, tls);
}

void Prober::advance(std::uint32_t slot) {
  Probe& probe = *flights_[slot].probe;
  switch (probe.advance(tls_sessions_)) {
    case Probed::Waiting: return;
    case Probed::Well: return came_to(slot, true, {});
    case Probed::Failed: return came_to(slot, false, probe.reason());
  }
}

void Prober::end_overdue() {
  for (std::uint32_t slot = 0; slot < flights_.size(); ++slot) {
    if (flights_[slot].probe && flights_[slot].deadline <= now_) {
      came_to(slot, false, "no answer in time");
    }
  }
}

void Prober::came_to(std::uint32_t slot, bool well, const std::string& reason) {
  Flight& flight = flights_[slot];
  needs_.metrics
      .counter("postern_health_checks_total", "Checks of members of backends.",
               {{"result", well ? "ok" : "failed"}})
      .add();
  CheckedMember* const member = list_.find(flight.backend, flight.id);
  // One that came back at another address was not asked.
  if (member != nullptr && member->address == flight.address) {
    tell(*member, list_.note(*member, well), reason);
  }
  flight.probe.reset();
  flight.keeps.reset();
}

void Prober::tell(const CheckedMember& member, Turned turned, const std::string& reason) {
  if (turned == Turned::Nothing) return;
  const bool out = turned == Turned::Out;
  const std::string address = member.address.text();
  needs_.log.line(out ? LogLevel::Warning : LogLevel::Info,
                  out ? "backend member fails its checks" : "backend member is well again",
                  {{field::kBackend, member.backend},
                   {field::kEndpoint, member.id},
                   {field::kAddress, address},
                   {field::kReason, reason}});
  show_out();
}

// By backend: members of a Service are addresses, and those come and go.
void Prober::show_out() {
  for (auto& [backend, gauge] : shown_) {
    if (!list_.out().contains(backend)) gauge->set(0);
  }
  for (const auto& [backend, count] : list_.out()) {
    Gauge*& gauge = shown_[backend];
    if (gauge == nullptr) {
      gauge = &needs_.metrics.gauge("postern_backend_members_out",
                                    "Members of backends that fail their checks.",
                                    {{"mailserver", server_of(backend)}, {"backend", backend}});
    }
    gauge->set(count);
  }
}

std::size_t Prober::in_flight() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(flights_, [](const Flight& one) { return one.probe != nullptr; }));
}

}  // namespace postern::upstream
