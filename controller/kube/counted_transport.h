// CountedTransport: a Transport that counts what is asked of another one and how long it took, by
// the names that client-go uses, so that dashboards for controllers know them. Whoever waits
// until the server is back hears of every answer. Changes nothing.
// Threads: as the other one's. What was asked may be answered after this is gone.
#pragma once

#include <memory>

#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "controller/kube/reach.h"
#include "controller/kube/transport.h"

namespace postern::kube {

class CountedTransport final : public Transport {
 public:
  // `reach`: null where nobody waits; else it outlives all answers.
  CountedTransport(Transport& counted, const Clock& clock, Metrics& metrics,
                   Reach* reach = nullptr);
  ~CountedTransport() override;

  void ask(Request request, Done done) override;
  [[nodiscard]] std::unique_ptr<Flow> open(Request request, FlowReader reader) override;

 private:
  class Counts;

  Transport& counted_;
  std::shared_ptr<Counts> counts_;
};

}  // namespace postern::kube
