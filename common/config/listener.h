// A port that clients use, and the MailServers that share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/mail.h"
#include "common/base/shared_list.h"

namespace postern::config {

enum class ListenerTls : std::uint8_t { Implicit, StartTls, Disabled };
enum class Plaintext : std::uint8_t { Refuse, Allow };

// One MailServer on this port. The first is the oldest: greeting, capabilities and limits before a
// name is known are its own.
struct Tenant {
  std::string server;  // SERVER resource
  std::vector<std::string>
      hostnames;  // what it won of its hostnames here; "*." at the front allowed
  Plaintext plaintext = Plaintext::Refuse;
  std::uint32_t max_connections = 0;  // on this port, in each proxy; 0: not limited here
  friend bool operator==(const Tenant&, const Tenant&) = default;
};

// Options of the listening sockets: the class's. 0: the kernel's choice.
struct ListenerSocket {
  std::uint32_t backlog = 0;
  std::uint32_t receive_buffer_octets = 0;
  std::uint32_t send_buffer_octets = 0;
  bool ipv6_only = true;   // of the address ::
  bool multipath = false;  // where the kernel has it
  bool keep_alive = true;
  std::uint32_t keep_alive_idle_s = 180;
  std::uint32_t keep_alive_interval_s = 30;
  std::uint32_t keep_alive_probes = 4;
  friend bool operator==(const ListenerSocket&, const ListenerSocket&) = default;
};

// A proxy that does not know of `addresses` would listen on all: it is not given such a listener.
inline constexpr std::string_view kListenerAddresses = "listener-addresses";

enum class OtherPeers : std::uint8_t {
  Direct,         // they speak without a header
  Refuse,         // they are closed
  HeaderIgnored,  // they must send a header; its address is not used
};

// Load balancers that tell the client's address by the PROXY protocol.
struct ListenerProxyProtocol {
  std::vector<Network> trusted;  // whose header is believed, and has to come
  OtherPeers other_peers = OtherPeers::Direct;
  bool trusts_tls_info = false;  // TLS that they ended, told in the header, counts as TLS
  friend bool operator==(const ListenerProxyProtocol&, const ListenerProxyProtocol&) = default;
};

// A proxy that does not know of `proxy_protocol` would take a load balancer for the client.
inline constexpr std::string_view kListenerProxyProtocol = "listener-proxy-protocol";

struct Listener {
  std::uint16_t port = 0;  // as written; --port-offset is the process's business
  Protocol protocol = Protocol::Imap;
  ListenerTls tls = ListenerTls::StartTls;
  SharedList<Tenant> tenants;             // oldest first, never empty
  std::vector<IpAddress> addresses = {};  // empty: those of --listen-address
  ListenerSocket socket = {};
  std::optional<ListenerProxyProtocol> proxy_protocol = {};
  friend bool operator==(const Listener&, const Listener&) = default;
};

}  // namespace postern::config
