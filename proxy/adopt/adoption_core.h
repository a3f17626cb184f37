// What Adoption is made of: one change at a time, from what the controller says to the last worker.
// Ports that cannot be opened at once, or were shut late, are in adoption_ports.cc. Private to this
// room; control thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proxy/adopt/adoption.h"
#include "proxy/adopt/answers.h"
#include "proxy/adopt/deliveries.h"
#include "proxy/adopt/in_force.h"
#include "proxy/adopt/prepare.h"
#include "proxy/adopt/snapshots_alive.h"

namespace postern::adopt {

[[nodiscard]] inline config::ResourceKey key_of(std::uint16_t port) {
  return {config::ResourceType::Listener, std::to_string(port)};
}

// What all workers are handed together.
struct Load {
  std::shared_ptr<const net::Prepared> prepared;
  std::vector<EndpointsChange> endpoints;
  std::vector<std::vector<NewDoor>> opened;  // by worker, or nothing
  std::vector<ClosedDoor> closed;

  [[nodiscard]] bool empty() const {
    const bool opens = !opened.empty() && !opened.front().empty();
    return !prepared && endpoints.empty() && closed.empty() && !opens;
  }
};

struct Request {
  Update update;
  Done done;
};

class Adoption::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Binding binding, std::vector<HandToWorker> workers, AdoptionNeeds needs);

  void apply(Request request);
  [[nodiscard]] const InForce& in_force() const { return in_force_; }
  [[nodiscard]] std::vector<config::ResourceKey> waiting() const { return preparer_.waiting(); }
  [[nodiscard]] std::size_t alive() const { return alive_.alive(); }

 private:
  // The change that is being adopted.
  struct Change {
    std::shared_ptr<Answer> answer;
    Instant since;
    std::set<std::uint16_t> ports;  // of listeners that are new or changed
    std::size_t deliveries = 0;     // that have to be answered before it is active
    std::shared_ptr<const net::Prepared> prepared;
    Load retire;  // when it is active
  };

  void begin(Request request);
  [[nodiscard]] Wishes upserts_of(Update& update) const;
  [[nodiscard]] Wishes removals_of(Update& update) const;
  void note(Preparation& preparation, Change& change);
  DoorChange change_doors(const Preparation& first, const Preparation& second);
  void hand_over(Load load);
  void progress();
  void finish();
  void blame_ports(Change& change);
  void retire(Load load);
  void go_on();
  void shut(std::uint16_t port);
  void open_late(std::uint16_t port, DoorChange change);
  void opened_late(std::uint16_t port);
  void retry_ports();
  void deliver(Load load, std::function<void(Core&)> then);
  void arm();
  void tick();
  void step(ChangeStep step) const {
    if (needs_.at_step) needs_.at_step(step);
  }

  AdoptionNeeds needs_;
  Preparer preparer_;
  Doors doors_;
  Deliveries deliveries_;
  Answers answers_;
  SnapshotsAlive alive_;
  InForce in_force_;
  std::deque<Request> queue_;
  std::optional<Change> change_;
  bool is_busy_ = false;  // a change is under way, or being ended
  bool is_ticking_ = false;
  std::optional<Instant> bind_again_at_;
};

}  // namespace postern::adopt
