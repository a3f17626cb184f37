// Transport: how a stream to the controller is opened, and all that the subscription sees of it.
// gRPC is behind it (control_stream.h); tests have one of their own, so that what decides can be
// run without a library that a sanitizer cannot look into.
// Threads: open(), send(), cancel() and every event are on the control thread; a transport posts
// there what its own threads find.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "postern/config/v1alpha1/config.pb.h"

namespace postern::control {

struct StreamEnd {
  enum class Kind : std::uint8_t {
    Lost,
    LastingRefusal,  // the next attempt would meet it again: somebody has to change something first
  };
  Kind kind = Kind::Lost;
  std::string reason;  // foreign text
};

struct StreamEvents {
  // The message is the transport's; what is in it may be taken.
  std::function<void(config::v1alpha1::ControllerMessage&)> arrived;
  std::function<void(const StreamEnd&)> ended;  // once, and the last one
};

class Stream {
 public:
  virtual ~Stream() = default;
  // In the order of the calls; without effect after the end.
  virtual void send(config::v1alpha1::ProxyMessage message) = 0;
  // The end comes by itself, as an event.
  virtual void cancel() = 0;
  // Something that was sent is still on its way out.
  [[nodiscard]] virtual bool is_writing() const = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Never fails: a stream that cannot be had ends. No event comes before this has returned.
  [[nodiscard]] virtual std::shared_ptr<Stream> open(StreamEvents events) = 0;
};

}  // namespace postern::control
