// The series of the stream. Made once; counting is from the control thread and the writer of the
// last-known-good file.
#pragma once

#include <cstdint>
#include <memory>

#include "common/base/metrics.h"
#include "proxy/adopt/adopt.h"

namespace postern::control {

// Where the configuration in force comes from.
enum class Origin : std::uint8_t { None, Stream, Disk };

class StreamMetrics {
 public:
  // Without a registry they count for nobody.
  explicit StreamMetrics(Metrics* metrics)
      : own_(metrics ? nullptr : std::make_unique<Metrics>()),
        registry_(metrics ? *metrics : *own_) {
    set_origin(Origin::None);
  }

  void count_update(adopt::State state);
  void set_origin(Origin origin);

 private:
  std::unique_ptr<Metrics> own_;
  Metrics& registry_;

 public:
  Gauge& connected = registry_.gauge("postern_stream_connected",
                                     "1 while a controller is at the other end of the stream");
  Counter& reconnects = registry_.counter("postern_stream_reconnects_total",
                                          "streams opened to a controller after the first");
  Counter& received_octets = registry_.counter("postern_stream_received_bytes_total",
                                               "octets of messages from the controller");
  Gauge& saved_at = registry_.gauge(
      "postern_config_saved_timestamp_seconds",
      "when the last-known-good file was written last, in seconds since 1970; 0: not yet");
  Counter& save_failures =
      registry_.counter("postern_config_save_failures_total",
                        "last-known-good files that could not be written; the log says why");
  Histogram& apply_time =
      registry_.histogram("postern_update_apply_seconds",
                          "from the last octet of an update to its result, in this proxy");
};

}  // namespace postern::control
