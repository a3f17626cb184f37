// Load: counts that the controller asked for, as values. LoadReports makes the messages: of
// endpoints only those that changed since the last report of the same stream.
// Telemetry: nothing depends on it. Used on the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "postern/config/v1alpha1/config.pb.h"

namespace postern::control {

struct ListenerCounts {
  std::string name;  // of the LISTENER resource
  std::uint64_t open = 0;
  std::uint64_t pre_auth = 0;
  std::uint64_t accepted_total = 0;
  std::uint64_t refused_total = 0;
  std::uint64_t auth_failed_total = 0;
};

struct EndpointCounts {
  std::string backend;
  std::string endpoint;
  std::uint32_t sessions = 0;
  std::uint64_t connect_failed_total = 0;
};

struct LoadCounts {
  std::vector<ListenerCounts> listeners;
  std::vector<EndpointCounts> endpoints;
};
using CountLoad = std::function<LoadCounts()>;

class LoadReports {
 public:
  [[nodiscard]] config::v1alpha1::ProxyMessage message(const LoadCounts& counts, WallTime now);
  // Another stream: its controller has been told nothing yet.
  void forget() { told_.clear(); }

 private:
  using Told = std::pair<std::uint32_t, std::uint64_t>;
  std::map<std::pair<std::string, std::string>, Told> told_;
};

void put_time(WallTime from, google::protobuf::Timestamp& to);

}  // namespace postern::control
