// Lease: which of several replicas speaks for all. Campaigns for ever: whoever loses goes on and
// campaigns again, and the process does not end for it. Who holds it is judged by when this process
// saw the Lease change, on steady time; no clock of another machine is believed. A holder whose
// last renewal began `renew_within` ago holds it no more, whatever the server will say: that is
// before anybody else may take it.
// Writes with the resourceVersion that was read (PUT), so of two who try one fails.
// Threads: made, called, calling and destroyed on the agenda's thread, or when that has stopped.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "controller/kube/agenda.h"
#include "controller/kube/lease_object.h"
#include "controller/kube/transport.h"

namespace postern::kube {

struct LeaseTerms {
  std::string space;  // namespace of the Lease
  std::string name;
  std::string identity;  // unique among those who campaign
  Duration duration{15'000};
  Duration renew_within{10'000};
  Duration retry{2'000};
};

struct LeaseNeeds {
  Transport& transport;
  Agenda& agenda;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  std::function<double()> random;  // [0, 1): spreads tries
};

class Lease {
 public:
  // `changed`: true when it is held now, false when not any more.
  Lease(const LeaseNeeds& needs, LeaseTerms terms, std::function<void(bool)> changed);

  void start();
  [[nodiscard]] bool held() const;
  // Gives it back, so that another need not wait, and campaigns no more. `done` is called once the
  // server has answered, or at once where nothing was held; `changed` is not.
  void release(std::function<void()> done);

 private:
  void turn();
  void ask();
  void looked(const Result<Reply, Broken>& reply);
  void look_at(LeaseObject seen);
  [[nodiscard]] bool may_take() const;
  void create();
  void write();
  void wrote(const Result<Reply, Broken>& reply, Instant began);
  void failed(const std::string& why);
  void hold(Instant since);
  void lose(const std::string& why);
  void turn_later();
  [[nodiscard]] LeaseObject renewed() const;
  void send(Request request, Transport::Done done);

  LeaseNeeds needs_;
  LeaseTerms terms_;
  std::function<void(bool)> changed_;
  std::shared_ptr<int> alive_;  // replies after release() find it gone
  std::optional<LeaseObject> seen_;
  Instant seen_at_{};     // when it was last seen to be other than before
  Instant renewed_at_{};  // when the last renewal that succeeded began
  bool held_ = false;
  std::string complaint_;  // told last
  std::unique_ptr<Agenda::Entry> next_;
  std::unique_ptr<Agenda::Entry> end_;  // of what is held
  Gauge& status_;
};

}  // namespace postern::kube
