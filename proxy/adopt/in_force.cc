#include "proxy/adopt/in_force.h"

#include <utility>

#include "common/base/ascii.h"

namespace postern::adopt {

namespace {

std::string_view label_of(State result) {
  switch (result) {
    case State::Active: return "active";
    case State::PartiallyActive: return "partially_active";
    case State::Rejected: return "rejected";
  }
  return "";
}

}  // namespace

InForce::InForce(Metrics& metrics)
    : metrics_(metrics),
      ports_bound_(metrics.gauge("postern_listeners_bound", "addresses that are listened on")) {
  for (std::size_t i = 0; i < resources_.size(); ++i) {
    resources_[i] = &metrics.gauge("postern_config_resources", "resources in force",
                                   {{"type", lower(config::name_of(config::kResourceTypes[i]))}});
  }
  for (const State result : {State::Active, State::PartiallyActive, State::Rejected}) {
    (void)metrics_.counter("postern_adoptions_total", "updates, by what became of them",
                           {{"result", std::string(label_of(result))}});
  }
}

void InForce::set(const Preparer& preparer, std::vector<BoundListener> listeners) {
  auto accepted = std::make_shared<const config::Snapshot>(preparer.accepted());
  for (std::size_t i = 0; i < resources_.size(); ++i) {
    resources_[i]->set(static_cast<std::int64_t>(preparer.counts()[i]));
  }
  const std::scoped_lock held(lock_);
  accepted_.swap(accepted);
  ports_bound_.set(static_cast<std::int64_t>(listeners.size()));
  listeners_ = std::move(listeners);
}

void InForce::set_listeners(std::vector<BoundListener> listeners) {
  const std::scoped_lock held(lock_);
  ports_bound_.set(static_cast<std::int64_t>(listeners.size()));
  listeners_ = std::move(listeners);
}

void InForce::adopted(std::shared_ptr<const net::Prepared> prepared) {
  if (!prepared) return;
  const std::scoped_lock held(lock_);
  current_ = std::move(prepared);
}

void InForce::count(State result) {
  metrics_
      .counter("postern_adoptions_total", "updates, by what became of them",
               {{"result", std::string(label_of(result))}})
      .add();
}

std::shared_ptr<const config::Snapshot> InForce::snapshot() const {
  const std::scoped_lock held(lock_);
  return accepted_;
}

std::vector<BoundListener> InForce::listeners() const {
  const std::scoped_lock held(lock_);
  return listeners_;
}

std::shared_ptr<const net::Prepared> InForce::current() const {
  const std::scoped_lock held(lock_);
  return current_;
}

}  // namespace postern::adopt
