#include "proxy/adopt/adoption.h"

#include <utility>

#include "proxy/adopt/adoption_core.h"

namespace postern::adopt {

namespace {

using config::ResourceKey;
using config::ResourceType;

constexpr Duration kTick{1000};
constexpr Duration kBindAgain{5000};  // also how long an update waits for a port that is being shut

std::vector<Handover> handovers_of(Load load, std::size_t workers) {
  std::vector<Handover> out(workers);
  for (std::size_t i = 0; i < workers; ++i) {
    out[i] = {load.prepared, load.endpoints, {}, load.closed};
    if (!load.opened.empty()) out[i].opened = std::move(load.opened[i]);
  }
  return out;
}

}  // namespace

Adoption::Core::Core(Binding binding, std::vector<HandToWorker> workers, AdoptionNeeds needs)
    : needs_(std::move(needs)),
      preparer_(needs_.clock),
      doors_(std::move(binding), workers.size()),
      deliveries_(std::move(workers), needs_.post, needs_.log, needs_.clock),
      alive_(needs_.metrics),
      in_force_(needs_.metrics) {
  deliveries_.on_shut([this](std::uint16_t port) { shut(port); });
}

void Adoption::Core::apply(Request request) {
  queue_.push_back(std::move(request));
  go_on();
}

void Adoption::Core::go_on() {
  while (!is_busy_ && !queue_.empty()) {
    Request next = std::move(queue_.front());
    queue_.pop_front();
    begin(std::move(next));
  }
}

Wishes Adoption::Core::upserts_of(Update& update) const {
  Wishes wishes{update.version, {}, {}};
  for (config::Resource& resource : update.upserts) {
    wishes.upserts.push_back(std::make_shared<const config::Resource>(std::move(resource)));
  }
  return wishes;
}

Wishes Adoption::Core::removals_of(Update& update) const {
  Wishes wishes{update.version, {}, std::move(update.removals)};
  if (!update.full_state) return wishes;
  std::set<ResourceKey> named;
  for (const config::Resource& resource : update.upserts) named.insert(resource.key());
  for (ResourceKey& key : preparer_.names()) {
    if (!named.contains(key)) wishes.removals.push_back(std::move(key));
  }
  return wishes;
}

// Upserts and removals are two preparations: between the two, old and new names are there.
void Adoption::Core::begin(Request request) {
  is_busy_ = true;
  step(ChangeStep::Staged);
  Wishes removals = removals_of(request.update);
  Wishes upserts = upserts_of(request.update);
  std::vector<ResourceKey> named = removals.removals;
  for (const Held& resource : upserts.upserts) named.push_back(resource->key());
  for (const ResourceKey& key : named) answers_.supersede(key);

  change_.emplace();
  change_->answer = std::make_shared<Answer>(std::move(named), std::move(request.done));
  change_->since = needs_.clock.now();
  Preparation first = preparer_.prepare(std::move(upserts));
  note(first, *change_);
  Preparation second;
  if (!removals.removals.empty()) second = preparer_.prepare(std::move(removals));
  note(second, *change_);
  step(ChangeStep::Prepared);
  DoorChange doors = change_doors(first, second);
  step(ChangeStep::Bound);
  in_force_.set(preparer_, doors_.open());

  Load adopt{first.prepared, std::move(first.endpoints), std::move(doors.opened),
             std::move(doors.replaced)};
  Load retire{second.prepared, std::move(second.endpoints), {}, std::move(doors.closed)};
  if (adopt.empty()) std::swap(adopt, retire);
  change_->prepared = adopt.prepared;
  change_->retire = std::move(retire);
  hand_over(std::move(adopt));
}

void Adoption::Core::note(Preparation& preparation, Change& change) {
  alive_.keep(preparation.prepared);
  for (const ResourceKey& key : preparation.recovered) answers_.resolve(key);
  for (ResourceError& error : preparation.errors) change.answer->put(std::move(error));
  for (const auto& listener : preparation.listeners) change.ports.insert(listener->port);
}

DoorChange Adoption::Core::change_doors(const Preparation& first, const Preparation& second) {
  DoorChange change = doors_.no_change();
  for (const Preparation* half : {&first, &second}) {
    for (const auto& listener : half->listeners) doors_.want(*listener, change);
    for (const std::uint16_t port : half->closed) doors_.drop(port, change);
  }
  return change;
}

void Adoption::Core::deliver(Load load, std::function<void(Core&)> then) {
  deliveries_.send(handovers_of(std::move(load), deliveries_.workers()),
                   [weak = weak_from_this(), then = std::move(then)] {
                     const auto self = weak.lock();
                     if (!self) return;
                     then(*self);
                     self->alive_.sweep();
                   });
  arm();
}

void Adoption::Core::hand_over(Load load) {
  if (!load.empty()) {
    ++change_->deliveries;
    deliver(std::move(load), [](Core& self) {
      --self.change_->deliveries;
      self.progress();
    });
  }
  step(ChangeStep::HandedOver);
  progress();
}

// Active, when every worker has everything, and ports that are being shut are open again.
void Adoption::Core::progress() {
  if (!change_ || change_->deliveries > 0) return;
  const bool is_patient = needs_.clock.now() - change_->since < kBindAgain;
  for (const std::uint16_t port : change_->ports) {
    if (is_patient && doors_.awaits_shutting(port)) return arm();
  }
  finish();
}

void Adoption::Core::finish() {
  step(ChangeStep::Adopted);
  Change change = std::move(*change_);
  change_.reset();
  blame_ports(change);
  in_force_.adopted(change.prepared);
  const Outcome outcome = change.answer->outcome();
  in_force_.count(outcome.state);
  answers_.keep(change.answer);
  change.answer->tell();
  answers_.tell_corrections();
  step(ChangeStep::Active);
  retire(std::move(change.retire));
  is_busy_ = false;
  arm();
  go_on();
}

void Adoption::Core::retire(Load load) {
  if (load.empty()) return step(ChangeStep::Retired);
  const auto prepared = load.prepared;
  deliver(std::move(load), [prepared](Core& self) {
    self.in_force_.adopted(prepared);
    self.step(ChangeStep::Retired);
  });
}

// Whatever needs looking after now and then keeps the clock ticking; nothing else does.
void Adoption::Core::arm() {
  const bool has_faults = !doors_.faulty().empty();
  if (!has_faults) bind_again_at_.reset();
  if (has_faults && !bind_again_at_) bind_again_at_ = needs_.clock.now() + kBindAgain;
  const bool is_needed = has_faults || change_ || !deliveries_.idle() || alive_.alive() > 1;
  if (!is_needed || is_ticking_) return;
  is_ticking_ = true;
  needs_.post(kTick, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->tick();
  });
}

void Adoption::Core::tick() {
  is_ticking_ = false;
  deliveries_.look_for_silence();
  alive_.sweep();
  if (bind_again_at_ && needs_.clock.now() >= *bind_again_at_) {
    bind_again_at_.reset();
    retry_ports();
  }
  progress();
  arm();
}

Adoption::Adoption(Binding binding, std::vector<HandToWorker> workers, AdoptionNeeds needs)
    : core_(std::make_shared<Core>(std::move(binding), std::move(workers), std::move(needs))) {}
Adoption::~Adoption() = default;

void Adoption::apply(Update update, std::function<void(Outcome)> done) {
  core_->apply({std::move(update), std::move(done)});
}

std::vector<HeldResource> Adoption::held() const {
  std::vector<HeldResource> out;
  const auto all = core_->in_force().snapshot();
  out.reserve(all->size());
  all->each([&](const Held& held) { out.push_back({held->key(), held->version}); });
  return out;
}

std::vector<ResourceKey> Adoption::waiting() const { return core_->waiting(); }

std::shared_ptr<const config::Resource> Adoption::resource(const ResourceKey& key) const {
  return core_->in_force().snapshot()->find(key);
}

std::string Adoption::version() const { return core_->in_force().snapshot()->version(); }
config::Snapshot Adoption::snapshot() const { return *core_->in_force().snapshot(); }
std::vector<BoundListener> Adoption::listeners() const { return core_->in_force().listeners(); }
std::shared_ptr<const net::Prepared> Adoption::current() const {
  return core_->in_force().current();
}
std::size_t Adoption::alive() const { return core_->alive(); }

}  // namespace postern::adopt
