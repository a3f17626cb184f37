// ProxyServer: the wiring of the data plane, in order: tables that workers share, workers with
// their gates, adoption, the subscription to the stream. Starts them and ends them in reverse.
// Thread: made, started, drained and stopped by main's thread; questions on any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "proxy/adopt/adoption.h"

namespace grpc {
class Channel;
}

namespace postern::proxy_app {

struct ProxySettings {
  std::size_t workers = 1;
  std::vector<IpAddress> listen_addresses;  // empty: all, IPv6 and IPv4
  std::uint16_t port_offset = 0;
  std::string ingress_class;
  std::string proxy_name;
  std::string zone;              // that it runs in; empty: not known
  std::string state_dir;         // of the last good configuration; empty: it is not kept
  std::uint64_t memory_mib = 0;  // 0: what the cgroup or the machine has
};

class ProxyServer {
 public:
  ProxyServer(const ProxySettings& settings, std::shared_ptr<grpc::Channel> controller, Log& log,
              Metrics& metrics, const Clock& clock);
  ~ProxyServer();

  // After each update, on the control thread. Set it before start().
  void on_outcome(std::function<void(const adopt::Outcome&)> tell);
  void start();
  // As the class says: goes on accepting for a while, closes the doors, says goodbye to everybody,
  // spread over a while, and returns when all have gone or the time is over. True: all have gone.
  [[nodiscard]] bool drain();
  void stop();

  [[nodiscard]] std::vector<adopt::BoundListener> listeners() const;
  // All workers turn.
  [[nodiscard]] bool live() const;
  // A first configuration is in force.
  [[nodiscard]] bool ready() const;
  // What is in force, one resource a line, secrets as hashes.
  [[nodiscard]] std::string config_text() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern::proxy_app
