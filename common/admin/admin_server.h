// AdminServer: /livez /readyz /metrics /config over HTTP/1.1, on a thread of its own, so that
// probes are answered while workers are busy. One request a connection. Never serves secrets, never
// changes anything but how much is logged; who can reach the address can read it.
// Bounds: 32 connections at once (more wait in the kernel's queue), 5 s from accept to the last
// octet, 8 KiB of request header.
// Called by the wiring of each program. start() and stop() belong to one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "common/admin/page.h"
#include "common/base/address.h"
#include "common/base/result.h"

namespace postern::admin {

inline constexpr std::size_t kMaxConnections = 32;
inline constexpr std::size_t kMaxHeaderOctets = 8192;
inline constexpr std::chrono::milliseconds kConnectionTime{5000};

struct AdminLimits {
  std::size_t connections = kMaxConnections;
  std::chrono::milliseconds connection_time = kConnectionTime;
};

class AdminServer {
 public:
  explicit AdminServer(Pages pages, AdminLimits limits = {});
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // Port 0 is any free one. Gives the address that was bound, or a sentence that says why not.
  [[nodiscard]] Result<SocketAddress, std::string> start(const SocketAddress& where);
  // Open connections are cut. No page is asked for after it has returned.
  void stop();

 private:
  class Serving;

  Pages pages_;
  AdminLimits limits_;
  std::unique_ptr<Serving> serving_;
};

}  // namespace postern::admin
