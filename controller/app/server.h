// ControllerServer: the wiring of the controller: source, loop, publisher, and the gRPC server that
// proxies subscribe to. Inside `postern run` that server has no port: its only door is the
// in-process channel, and whoever holds that channel is the proxy of this process.
// Thread: made, loaded and stopped by main's thread.
#pragma once

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "controller/loop/load_report.h"

namespace grpc {
class Channel;
}

namespace postern::controller_app {

struct ControllerSettings {
  std::string directory;
  std::string ingress_class = "postern";  // MailServers of no other class are served
};

class ControllerServer {
 public:
  ControllerServer(ControllerSettings settings, Log& log, const Clock& clock);
  ~ControllerServer();

  // Reads the source once, builds and publishes what can be served.
  [[nodiscard]] loop::LoadReport load();
  [[nodiscard]] std::shared_ptr<grpc::Channel> in_process_channel();
  // Streams are ended. No proxy of this process may be running any more.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern::controller_app
