#include "proxy/app/server.h"

#include <array>
#include <atomic>
#include <deque>
#include <thread>
#include <utility>

#include "common/base/digest.h"
#include "common/base/version.h"
#include "common/config/config_page.h"
#include "common/process/heap.h"
#include "common/process/memory.h"
#include "proxy/app/budget.h"
#include "proxy/app/departures.h"
#include "proxy/app/lane.h"
#include "proxy/app/pulse.h"
#include "proxy/app/scrape_looks.h"
#include "proxy/control/control_thread.h"
#include "proxy/control/subscriber.h"
#include "proxy/net/dialer.h"
#include "proxy/quota/history.h"
#include "proxy/quota/place.h"
#include "proxy/upstream/prober.h"
#include "proxy/verdicts/verdict_table.h"

namespace postern::proxy_app {

namespace {

// Of the deadline of a drain: what is left for the log and the end of all threads.
constexpr Duration kLastWords{1'500};
constexpr Duration kMeasureAgain{250};
constexpr Duration kFeelAgain{1'000};
// So many resources at once are read and prepared in megabytes that nobody needs afterwards.
constexpr std::size_t kManyResources = 1'000;

// The adoption, and whoever wants to hear what became of each update.
class ToldAdoption final : public adopt::Adopter {
 public:
  ToldAdoption(adopt::Adoption& adoption, control::ControlThread& control)
      : adoption_(adoption), control_(control) {}
  void apply(adopt::Update update, std::function<void(adopt::Outcome)> done) override {
    const bool are_many = update.upserts.size() >= kManyResources;
    adoption_.apply(std::move(update),
                    [this, are_many, done = std::move(done)](adopt::Outcome outcome) {
                      if (changed) changed();
                      done(outcome);
                      if (!are_many) return told(outcome);
                      // When the answer has been given, and what it took is free as well; whoever
                      // waits for the first configuration finds the heap small.
                      (void)control_.post([this, outcome = std::move(outcome)] {
                        process::trim_heap();
                        told(outcome);
                      });
                    });
  }
  [[nodiscard]] std::vector<adopt::HeldResource> held() const override { return adoption_.held(); }
  [[nodiscard]] std::vector<config::ResourceKey> waiting() const override {
    return adoption_.waiting();
  }
  [[nodiscard]] std::shared_ptr<const config::Resource> resource(
      const config::ResourceKey& key) const override {
    return adoption_.resource(key);
  }
  [[nodiscard]] std::string version() const override { return adoption_.version(); }

  std::function<void(const adopt::Outcome&)> tell;
  std::function<void()> changed;  // something may be in force that was not

 private:
  void told(const adopt::Outcome& outcome) const {
    if (tell) tell(outcome);
  }

  adopt::Adoption& adoption_;
  control::ControlThread& control_;
};

std::string random_instance() {
  std::array<char, 8> octets{};
  random_octets(octets.data(), octets.size());
  return hex(ByteView(octets.data(), octets.size()));
}

}  // namespace

// In the order in which they come up; they go down the other way round.
struct ProxyServer::Parts {
  Parts(const ProxySettings& with, std::shared_ptr<grpc::Channel> controller, Log& log,
        Metrics& metrics, const Clock& given)
      : clock(given),
        zone(with.zone),
        proxy_name(with.proxy_name),
        machine(with.memory_mib << 20U),
        memory(machine.limit(), with.workers),
        pulse(given, with.workers),
        asked(with.workers),
        memory_held(metrics.gauge("postern_memory_bytes", "Memory that the process holds.")),
        places(most_connections(descriptor_limit(), with.workers)),
        lanes(make_lanes(with.workers, metrics,
                         [&](session::Counters& own) {
                           return session::WorkerNeeds{log,     clock,    own,       places,
                                                       history, verdicts, dialer,    members,
                                                       zone,    &memory,  proxy_name};
                         })),
        adoption({with.listen_addresses, with.port_offset}, hands(),
                 {log, metrics, clock,
                  [this](Duration after, std::function<void()> task) {
                    control.post_after(after, std::move(task));
                  }}),
        told(adoption, control),
        looks(metrics, {clock, history, [this] { return adoption.snapshot(); }}),
        prober({log, clock, metrics, dialer, members,
                [this] { return upstream::InForce{adoption.current(), adoption.snapshot()}; }}),
        subscriber({.proxy_name = with.proxy_name,
                    .ingress_class = with.ingress_class,
                    .instance_id = random_instance(),
                    .build_version = std::string(version()),
                    .state_dir = with.state_dir,
                    .metrics = &metrics},
                   std::move(controller), control, told, log) {}

  // What the controller is told of the load: what is counted by listener.
  [[nodiscard]] control::LoadCounts count_load() {
    control::LoadCounts out;
    const auto now = adoption.current();
    if (!now) return out;
    now->snapshot->each([&](const config::Snapshot::Held& resource) {
      const auto* listener = resource->as<config::Listener>();
      if (listener == nullptr) return;
      control::ListenerCounts counts{.name = resource->name};
      for (const session::Counters& own : counters) {
        counts.accepted_total += own.accepted_total(listener->port);
      }
      for (const config::Tenant& tenant : listener->tenants) {
        counts.open += places.count(quota::Scope::Port, {tenant.server, listener->port, {}});
      }
      out.listeners.push_back(std::move(counts));
    });
    return out;
  }

  // As the configuration in force says it.
  [[nodiscard]] config::DrainTerms drain_terms() const {
    const auto now = adoption.current();
    const config::ClassTerms* terms = now ? now->snapshot->class_terms() : nullptr;
    return terms ? terms->drain : config::DrainTerms{};
  }

  // On the control thread, again and again until it ends.
  void measure_memory() {
    memory.measured(machine.held());
    memory_held.set(static_cast<std::int64_t>(memory.held()));
    control.post_after(kMeasureAgain, [this] { measure_memory(); });
  }
  // The same. Who does not answer is not asked again: his inbox need not fill.
  void feel_pulse() {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      if (asked[i].exchange(true)) continue;
      const bool posted = lanes[i]->worker.post([this, i] {
        pulse.beat(i);
        asked[i] = false;
      });
      if (!posted) asked[i] = false;
    }
    control.post_after(kFeelAgain, [this] { feel_pulse(); });
  }

  using Lanes = std::vector<std::unique_ptr<Lane>>;
  // Each worker counts for itself.
  Lanes make_lanes(std::size_t count, Metrics& metrics,
                   const std::function<session::WorkerNeeds(session::Counters&)>& needs) {
    Lanes out;
    for (std::size_t i = 0; i < count; ++i) {
      const auto index = static_cast<std::uint8_t>(i);
      session::Counters& own = counters.emplace_back(metrics, index, &counted_names);
      out.push_back(std::make_unique<Lane>(index, needs(own)));
    }
    return out;
  }
  // Of all workers, about.
  [[nodiscard]] std::int64_t sessions() const {
    std::int64_t sum = 0;
    for (const session::Counters& own : counters) {
      sum += own.before_login.value() + own.relaying.value();
    }
    return sum;
  }
  std::vector<adopt::HandToWorker> hands() {
    std::vector<adopt::HandToWorker> out;
    for (auto& lane : lanes) out.push_back(hand_to(*lane));
    return out;
  }

  const Clock& clock;
  session::CountedNames counted_names;
  std::deque<session::Counters> counters;  // one a worker
  const std::string zone;
  const std::string proxy_name;
  const process::Memory machine;
  quota::MemoryBound memory;
  Pulse pulse;
  std::vector<std::atomic<bool>> asked;  // and has not answered
  std::atomic<bool> turning{false};      // the workers were started
  Gauge& memory_held;
  upstream::MemberTable members;
  quota::PlaceTables places;
  quota::History history;
  verdicts::VerdictTable verdicts;
  net::TcpDialer dialer;
  Lanes lanes;
  control::ControlThread control;
  adopt::Adoption adoption;
  ToldAdoption told;
  ScrapeLooks looks;
  upstream::Prober prober;
  std::thread probing;
  control::Subscriber subscriber;
};

ProxyServer::ProxyServer(const ProxySettings& settings, std::shared_ptr<grpc::Channel> controller,
                         Log& log, Metrics& metrics, const Clock& clock)
    : parts_(std::make_unique<Parts>(settings, std::move(controller), log, metrics, clock)) {}

ProxyServer::~ProxyServer() { stop(); }

void ProxyServer::on_outcome(std::function<void(const adopt::Outcome&)> tell) {
  parts_->told.tell = std::move(tell);
}

void ProxyServer::start() {
  parts_->subscriber.count_load([parts = parts_.get()] { return parts->count_load(); });
  for (auto& lane : parts_->lanes) {
    lane->thread = std::thread([&worker = lane->worker] { worker.run(); });
  }
  parts_->told.changed = [parts = parts_.get()] {
    parts->looks.in_force();
    parts->prober.notice();
  };
  parts_->control.post_after(Duration{0}, [parts = parts_.get()] { parts->measure_memory(); });
  for (std::size_t i = 0; i < parts_->lanes.size(); ++i) parts_->pulse.beat(i);
  parts_->turning = true;
  parts_->control.post_after(Duration{0}, [parts = parts_.get()] { parts->feel_pulse(); });
  parts_->probing = std::thread([&prober = parts_->prober] { prober.run(); });
  parts_->subscriber.start();
}

bool ProxyServer::drain() {
  const Instant began = parts_->clock.now();
  const config::DrainTerms terms = parts_->drain_terms();
  const std::int64_t sessions = parts_->sessions();
  parts_->subscriber.announce_drain(parts_->clock.wall() + terms.deadline,
                                    static_cast<std::uint64_t>(sessions));
  std::this_thread::sleep_until(began + terms.minimum);
  const auto departures = std::make_shared<Departures>(parts_->lanes.size());
  const session::Leave leave{session::Cause::Drain, began + terms.minimum, terms.window(),
                             began + terms.deadline - config::DrainTerms::kForced};
  for (auto& lane : parts_->lanes) {
    on_worker(*lane, [&lane = *lane, leave, departures] { lane.leave(leave, departures); });
  }
  return departures->wait_until(began + terms.deadline - kLastWords);
}

// The stream first: an adoption waits for workers that still turn.
void ProxyServer::stop() {
  parts_->subscriber.stop();
  parts_->control.stop();
  if (parts_->probing.joinable()) {
    parts_->prober.stop();
    parts_->probing.join();
  }
  for (auto& lane : parts_->lanes) {
    if (!lane->thread.joinable()) continue;
    lane->worker.stop();
    lane->thread.join();
  }
}

std::vector<adopt::BoundListener> ProxyServer::listeners() const {
  return parts_->adoption.listeners();
}

bool ProxyServer::live() const { return !parts_->turning || parts_->pulse.all_turn(); }

bool ProxyServer::ready() const { return parts_->adoption.current() != nullptr; }

std::string ProxyServer::config_text() const {
  if (!ready()) return "nothing is in force yet\n";
  const config::Snapshot snapshot = parts_->adoption.snapshot();
  std::vector<std::shared_ptr<const config::Resource>> resources;
  snapshot.each([&](const config::Snapshot::Held& held) { resources.push_back(held); });
  return config::config_page(snapshot.version(), std::move(resources));
}

}  // namespace postern::proxy_app
