// ControllerServer: the wiring of the controller: source, loop, publisher, status, and the gRPC
// server that proxies subscribe to. Inside `postern run` that server has no port: its only door is
// the in-process channel, and whoever holds that channel is the proxy of this process. As a process
// of its own it has a port, and certificates say who may come in.
// Thread: made, loaded, started and stopped by main's thread; questions on any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/result.h"
#include "controller/loop/round.h"
#include "controller/status/status_desk.h"

namespace grpc {
class Channel;
}

namespace postern::controller_app {

class Cluster;

// The port for proxies of other processes.
struct StreamDoor {
  SocketAddress address;
  std::string certs;  // directory of ca.crt, tls.crt, tls.key
};

struct ControllerSettings {
  std::string directory;
  Cluster* cluster = nullptr;  // in place of the directory; outlives the controller, which stops it
  std::string ingress_class = "postern";  // MailServers of no other class are served
  std::string status_dir;                 // empty: no status files
  std::optional<StreamDoor> door;         // absent: in-process only
};

// What the controller is given; all of it outlives it.
struct Surroundings {
  Log& log;
  Metrics& metrics;
  const Clock& clock;
};

class ControllerServer {
 public:
  // `tell` gets the lines for people, on a thread of the controller's.
  ControllerServer(ControllerSettings settings, Surroundings around, status::TellLine tell);
  ~ControllerServer();

  // Reads the source for the first time, builds and publishes what can be served.
  [[nodiscard]] loop::LoadReport load();
  // Opens the door, where there is one, and follows the source. After load(): a proxy that came
  // earlier would find nothing. Gives the address of the door.
  [[nodiscard]] Result<std::optional<SocketAddress>, std::string> start();
  [[nodiscard]] std::shared_ptr<grpc::Channel> in_process_channel();

  // Its loop turns; before the first load there is none. Says nothing of an API server.
  [[nodiscard]] bool live() const;
  // The source was read once.
  [[nodiscard]] bool started() const;
  // Something is published, and proxies can get it.
  [[nodiscard]] bool ready() const;
  // What proxies should have, one resource a line, secrets as hashes.
  [[nodiscard]] std::string config_text() const;
  // Pages below /debug; nothing: there is no such page. On any thread but the controller's own.
  [[nodiscard]] std::optional<std::string> debug_text(std::string_view page,
                                                      std::string_view query) const;
  // What there is still to say is said.
  void flush_lines();
  // Streams are ended. No proxy of this process may be running any more.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern::controller_app
