// The proxy's end of the stream: brings back what was in force before a restart, connects, says
// what it holds, stages what it is sent, has it adopted, and answers for each resource. When the
// stream is lost the proxy goes on with what it has and comes back, with jitter, for ever.
// Threads: start(), announce_drain() and stop() from the wiring; all else on the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "proxy/adopt/adopt.h"
#include "proxy/control/backoff.h"
#include "proxy/control/control_thread.h"
#include "proxy/control/last_good_ledger.h"
#include "proxy/control/load_report.h"
#include "proxy/control/transport.h"

namespace grpc {
class Channel;
class ChannelArguments;
}  // namespace grpc

namespace postern::control {

struct SubscriberSettings {
  std::string proxy_name;
  std::string ingress_class;
  std::string instance_id;  // random, for each start of the process
  std::string build_version;
  std::uint32_t max_update_bytes = 1U << 20;
  Backoff::Bounds backoff = {};
  Backoff::Random random = {};  // empty: the system's
  std::string state_dir = {};   // of the last-known-good file; empty: none
  KeepingPace keeping = {};
  Metrics* metrics = nullptr;  // null: nobody counts
};

// What one update came to, after it was answered.
struct Applied {
  std::string version;
  adopt::State state = adopt::State::Active;
  std::size_t refused = 0;
};

class Subscription;

class Subscriber {
 public:
  // `thread`, `adopter` and `log` outlive this; `thread` also outlives every `done` that the
  // adopter keeps, since a done may come late, more than once and on any thread.
  Subscriber(SubscriberSettings settings, std::shared_ptr<grpc::Channel> channel,
             ControlThread& thread, adopt::Adopter& adopter, Log& log);
  Subscriber(SubscriberSettings settings, std::unique_ptr<Transport> transport,
             ControlThread& thread, adopt::Adopter& adopter, Log& log);
  ~Subscriber();
  // Before start(). Called on the control thread.
  void when_applied(std::function<void(const Applied&)> applied);
  void count_load(CountLoad count);

  void start();
  // The controller is told that this proxy is about to end, on this stream and on later ones.
  void announce_drain(WallTime deadline, std::uint64_t sessions);
  // Ends the stream and waits for its end, and for the last-known-good file; what was adopted stays
  // in force. Not on the control thread. Also done by the destructor.
  void stop();

 private:
  std::shared_ptr<Subscription> subscription_;
};

// Sizes, keepalive and pace that both ends agree on.
void set_stream_limits(grpc::ChannelArguments& arguments);

}  // namespace postern::control
