// ControlLoop: from a source of objects to what proxies should have: read what is other, tell the
// world, build what it touches, publish. Decides nothing about objects (build does) and nothing
// about proxies (publish does). A source that fails changes nothing: what was published stays.
// Threads: load() and run() on the loop's own; stop() from any.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "controller/build/builder.h"
#include "controller/loop/hold_back.h"
#include "controller/loop/questions.h"
#include "controller/loop/round.h"
#include "controller/loop/tickets.h"
#include "controller/publish/publisher.h"
#include "controller/source/object_source.h"
#include "controller/world/world.h"

namespace postern::loop {

// All of it outlives the loop.
struct LoopNeeds {
  source::ObjectSource& source;
  publish::Publisher& publisher;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  std::function<void(Round)> tell = {};  // after each publication; must not block
  Tickets* tickets = nullptr;            // null: each proxy uses ticket keys of its own
};

struct LoopTerms {
  std::string class_name = "postern";
  // How long a change waits that takes away more than half of all listeners.
  Duration hold_back{5'000};
  // Certificates expire while nothing changes.
  Duration look_again{600'000};
  // Of the cluster, where there is one: MailServers may not point there.
  std::vector<IpAddress> api_servers = {};
  // False: in a cluster whose classes may not be read, the defaults of a class hold.
  bool reads_class = true;
};

class ControlLoop {
 public:
  ControlLoop(LoopNeeds needs, LoopTerms terms);

  // The first round; what it finds is published at once.
  [[nodiscard]] LoadReport load();
  // One round more: false when nothing was other than before.
  bool round();
  // Rounds until stop(); waits for the source in between.
  void run();
  void stop();
  // Answered between two turns; nothing: not in time. On any thread but the loop's.
  [[nodiscard]] std::optional<std::string> ask(Question question, Duration patience);
  // When it began its last turn; every ten seconds at least, while all is well. From any thread.
  [[nodiscard]] Instant turned() const { return Instant(Instant::duration(turned_.load())); }

 private:
  // Nothing when the source could not be read.
  [[nodiscard]] std::optional<source::Changes> read();
  [[nodiscard]] Delivery build(source::Changes changes);
  void tell_view(const source::Changes& changes);
  void add_tickets(publish::Publication& publication);
  void deliver(Delivery delivery);
  void count_listeners(const Round& round);
  void count_object(const model::ObjectKey& key, int by);
  void look_for_other_classes(const world::Touched& touched);
  [[nodiscard]] Duration patience() const;

  LoopNeeds needs_;
  LoopTerms terms_;
  world::World world_;
  build::Builder builder_;
  HoldBack hold_back_;
  model::Problems source_problems_;
  source::View read_to_;  // as the publisher knows it
  std::map<model::ObjectKey, model::Problem>
      other_classes_;                               // MailServers that are not served here
  std::map<model::ObjectKey, std::size_t> served_;  // listeners of each MailServer
  std::size_t listeners_ = 0;
  Instant looked_{};
  std::optional<Instant> tickets_due_;  // nothing: proxies have no keys yet
  std::string failure_;                 // of the source, as told last
  Questions questions_;
  std::atomic<bool> stopping_{false};
  std::atomic<Instant::rep> turned_{0};

  Counter& at_start_;
  Counter& of_objects_;
  Counter& of_time_;
  Counter& failures_;
  Gauge& last_success_;
  Gauge& mail_servers_;
  Histogram& compile_seconds_;
};

}  // namespace postern::loop
