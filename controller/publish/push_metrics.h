// PushMetrics: what the stream counts. Every series is made at the start, so that one that never
// happened stands at 0; but those of kinds of objects, which come with the publications. No label
// names a proxy: there may be thousands in a year.
// Thread-safe; the registry outlives it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/metrics.h"
#include "controller/publish/publisher.h"

namespace postern::publish {

enum class ProxyState : std::uint8_t { Connected, Active, PartiallyActive, Rejected, Draining };

class PushMetrics {
 public:
  static constexpr std::size_t kStates = static_cast<std::size_t>(ProxyState::Draining) + 1;

  explicit PushMetrics(Metrics& metrics);

  void answered(config::ResourceType type, bool accepted);
  void refused(config::ResourceType type, Refusal::Code code);
  void set_resources(config::ResourceType type, std::size_t count);
  void set_proxies(ProxyState state, std::size_t count);

  [[nodiscard]] Counter& octets() { return octets_; }
  [[nodiscard]] Histogram& convergence(std::string_view kind);
  [[nodiscard]] Histogram& queue() { return queue_; }

 private:
  static constexpr std::size_t kTypes = std::variant_size_v<config::ResourceBody>;
  static constexpr std::size_t kCodes = static_cast<std::size_t>(Refusal::Code::ProxyTooOld) + 1;

  std::array<std::array<Counter*, 2>, kTypes> answered_{};
  std::array<std::array<Counter*, kCodes>, kTypes> refused_{};
  std::array<Gauge*, kTypes> resources_{};
  std::array<Gauge*, kStates> proxies_{};
  Metrics& metrics_;
  Counter& octets_;
  Histogram& queue_;
};

}  // namespace postern::publish
