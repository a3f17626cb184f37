// A stream to a controller as a proxy has it, mutual TLS, Hello and answers included, without a
// proxy behind it: what it is sent is not decoded, only which version of which resource it has is
// kept, and each update is ACTIVE as soon as it is there. Lost streams come back and say what is
// held. Its connection is its own, as that of a proxy on another machine.
// Threads: all but the constructor on the control thread, which outlives it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "proxy/control/control_stream.h"
#include "proxy/control/control_thread.h"

namespace postern::bench {

struct LightName {
  std::string proxy;
  std::string ingress_class;
};

class LightProxy {
 public:
  // `first`: called when it has everything for the first time.
  LightProxy(LightName name, std::shared_ptr<grpc::Channel> channel, control::ControlThread& thread,
             std::function<void()> first);

  void open();
  [[nodiscard]] std::size_t updates() const { return updates_; }
  [[nodiscard]] std::size_t streams() const { return streams_; }
  [[nodiscard]] std::size_t octets() const { return octets_; }

 private:
  using Held = std::map<std::pair<int, std::string>, std::string>;

  [[nodiscard]] config::v1alpha1::ProxyMessage hello() const;
  void arrived(const config::v1alpha1::ControllerMessage& message);
  void take(const config::v1alpha1::ConfigUpdate& chunk);
  void answer(const config::v1alpha1::ConfigUpdate& last);

  const LightName name_;
  control::ControlThread& thread_;
  control::GrpcTransport transport_;
  std::function<void()> first_;
  std::shared_ptr<control::Stream> stream_;
  Held held_, coming_;  // `coming_`: of a full state whose last chunk is not here yet
  std::string version_;
  config::v1alpha1::Revision revision_;
  std::size_t updates_ = 0, streams_ = 0, octets_ = 0;
};

}  // namespace postern::bench
