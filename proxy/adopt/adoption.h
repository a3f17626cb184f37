// Adoption: the Adopter of a real proxy. Prepares an update, binds what is new, hands the result to
// every worker and counts their answers; when all have it the update is active. Only then what was
// removed is retired: removals are a second handover of the same change. Nothing here waits: the
// answers come back as tasks of the control thread.
// Thread: apply() and everything it causes on the control thread; the questions on any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "proxy/adopt/adopt.h"
#include "proxy/adopt/doors.h"
#include "proxy/adopt/handover.h"
#include "proxy/adopt/steps.h"

namespace postern::adopt {

// All outlive the Adoption. `post`: run this on the control thread after that long; from any
// thread. Tasks that the control thread drops at its end are no matter.
struct AdoptionNeeds {
  Log& log;
  Metrics& metrics;
  const Clock& clock;
  std::function<void(Duration, std::function<void()>)> post;
  AtStep at_step = {};
};

class Adoption final : public Adopter {
 public:
  Adoption(Binding binding, std::vector<HandToWorker> workers, AdoptionNeeds needs);
  ~Adoption() override;

  void apply(Update update, std::function<void(Outcome)> done) override;
  [[nodiscard]] std::vector<HeldResource> held() const override;
  [[nodiscard]] std::vector<config::ResourceKey> waiting() const override;
  [[nodiscard]] std::shared_ptr<const config::Resource> resource(
      const config::ResourceKey& key) const override;
  [[nodiscard]] std::string version() const override;
  // Everything in force, as it was received; shares what it holds.
  [[nodiscard]] config::Snapshot snapshot() const;
  [[nodiscard]] std::vector<BoundListener> listeners() const;
  // Null until a first update was adopted.
  [[nodiscard]] std::shared_ptr<const net::Prepared> current() const;
  // Snapshots that somebody still holds, the current one included.
  [[nodiscard]] std::size_t alive() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace postern::adopt
