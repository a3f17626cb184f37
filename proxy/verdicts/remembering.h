// Remembering: asks a provider, unless the answer is kept. Equal questions that are on their way
// wait for one answer; an outage may be bridged by an acceptance that has expired; neither outages
// nor challenges are kept. What a provider is asked, and what its answers mean, is not known here.
// It stands in front of the asker that goes to the services, and is one itself.
// Thread: its worker's; the table is shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "proxy/net/loop.h"
#include "proxy/policy/asker.h"
#include "proxy/verdicts/verdict_table.h"

namespace postern::verdicts {

// What it is given; all outlive it.
struct RememberingNeeds {
  VerdictTable& table;
  policy::Asker& behind;
  net::Loop& loop;
  const Clock& clock;
  Metrics& metrics;
};

class Remembering final : public policy::Asker {
 public:
  using Done = std::function<void(policy::Answer)>;

  explicit Remembering(RememberingNeeds needs);
  ~Remembering() override;

  [[nodiscard]] policy::RequestId ask(policy::Question question, std::shared_ptr<const void> keeps,
                                      Done done) override;
  void cancel(policy::RequestId request) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postern::verdicts
