// The proxy's flags, their defaults and their environment variables. Knows how a value is written
// and refuses a wrong one with a sentence; does nothing with it.
// Used by every program that runs a proxy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/process/flags.h"

namespace postern::proxy_app {

// More threads than any machine has CPUs; a slip of the finger is refused.
inline constexpr std::size_t kMaxWorkers = 1024;

struct ProxyOptions {
  std::size_t workers = 1;
  std::vector<IpAddress> listen_addresses;  // empty: all, IPv6 and IPv4
  std::uint16_t port_offset = 0;
  SocketAddress admin_address{IpAddress::v4({127, 0, 0, 1}), 9901};
  std::string ingress_class = "postern";  // MailServers of no other class are served
  std::string zone;                       // topology.kubernetes.io/zone; empty: not known
  std::string state_dir;                  // last known good; empty: not kept
  std::uint64_t memory_mib = 0;           // 0: what the cgroup or the machine has
  process::LogOptions log;
};

// The flags of a proxy, wherever it runs. `options` outlives the parse.
void add_proxy_flags(CLI::App& app, ProxyOptions& options);

// Those of a proxy that is a process of its own.
struct RemoteOptions {
  ProxyOptions proxy;
  std::string controller;  // HOST:PORT
  std::string certs;       // directory of ca.crt, tls.crt, tls.key
  std::string name;        // telemetry; the host's name by default
};
void add_remote_flags(CLI::App& app, RemoteOptions& options);

}  // namespace postern::proxy_app
