// The class: what whoever runs the proxies decides, and the namespaces that its rules speak of
// (mailserver.md 8). Only what this build honours; a field beyond it refuses the class by name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "controller/model/mail_server.h"
#include "controller/model/meta.h"

namespace postern::model {

// Both kinds belong to no namespace.
[[nodiscard]] inline ObjectKey mail_class_key(std::string_view name) {
  return {"MailClass", "", std::string(name)};
}
[[nodiscard]] inline ObjectKey name_space_key(std::string_view name) {
  return {"Namespace", "", std::string(name)};
}

struct KeepAliveSpec {
  bool enabled = true;
  std::uint32_t idle_s = 180;
  std::uint32_t interval_s = 30;
  std::uint32_t probes = 4;
  friend bool operator==(const KeepAliveSpec&, const KeepAliveSpec&) = default;
};

struct SocketSpec {
  std::uint32_t backlog = 0;  // 0: the kernel's largest
  std::uint32_t receive_buffer_octets = 0;
  std::uint32_t send_buffer_octets = 0;
  bool ipv6_only = true;
  bool multipath = false;
  KeepAliveSpec keep_alive;
  friend bool operator==(const SocketSpec&, const SocketSpec&) = default;
};

struct PortSpec {
  std::uint16_t port = 0;
  std::vector<IpAddress> addresses;  // empty: those of --listen-address
  SocketSpec socket;
  friend bool operator==(const PortSpec&, const PortSpec&) = default;
};

struct LabelRequirement {
  enum class Operator : std::uint8_t { In, NotIn, Exists, DoesNotExist };
  std::string key;
  Operator op = Operator::In;
  std::vector<std::string> values;
  friend bool operator==(const LabelRequirement&, const LabelRequirement&) = default;
};

// Empty fits every namespace.
struct NamespaceSelector {
  std::map<std::string, std::string> match_labels;
  std::vector<LabelRequirement> match_expressions;
  friend bool operator==(const NamespaceSelector&, const NamespaceSelector&) = default;
};

inline constexpr std::string_view kNamespaceNameLabel = "kubernetes.io/metadata.name";

struct NamespaceRule {
  std::string name;
  NamespaceSelector selector;
  std::vector<std::string> hostnames;  // empty: every name
  std::vector<std::string> domains;    // empty: every domain
  std::uint32_t max_mail_servers = 0;  // 0: not limited
  std::optional<LimitsSpec> limits;
  friend bool operator==(const NamespaceRule&, const NamespaceRule&) = default;
};

// How a proxy stops; what is absent is the class's default.
struct DrainSpec {
  std::optional<Duration> minimum;
  std::optional<Duration> spread;
  std::optional<Duration> deadline;
  friend bool operator==(const DrainSpec&, const DrainSpec&) = default;
};

struct MailClass {
  Meta meta;
  std::optional<std::vector<PortSpec>> ports;  // absent: whatever MailServers ask for (directory)
  std::optional<std::vector<NamespaceRule>> namespaces;  // absent: everybody may claim everything
  std::optional<std::vector<Network>> egress;            // absent: the default of section 8
  std::optional<ProxyProtocolSpec> proxy_protocol;       // wins over what MailServers say
  std::optional<DrainSpec> drain;
  std::uint32_t max_connections = 0;  // of each proxy; 0: what its descriptors allow
  friend bool operator==(const MailClass&, const MailClass&) = default;
};

// Labels are those that were written; kubernetes.io/metadata.name is implied (kNamespaceNameLabel).
struct NamespaceObject {
  Meta meta;
  friend bool operator==(const NamespaceObject&, const NamespaceObject&) = default;
};

}  // namespace postern::model
