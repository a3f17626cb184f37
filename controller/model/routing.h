// spec.routing of a MailServer as its author wrote it (mailserver.md): which backend has whose
// mail.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/base/address.h"
#include "common/base/mail.h"
#include "controller/model/references.h"

namespace postern::model {

struct RoutingTableSpec {
  ConfigMapKeyRef config_map;
  std::string on_miss = "Continue";
  friend bool operator==(const RoutingTableSpec&, const RoutingTableSpec&) = default;
};

struct RouteMatchSpec {
  std::vector<Protocol> protocols;
  std::vector<std::uint16_t> ports;
  std::vector<std::string> hostnames;
  std::vector<std::string> domains;
  std::vector<std::string> users;
  std::string user_pattern;  // empty: absent
  std::vector<Network> sources;
  std::vector<std::string> providers;
  std::vector<std::pair<std::string, std::string>> attributes;
  friend bool operator==(const RouteMatchSpec&, const RouteMatchSpec&) = default;
};

struct RouteTargetSpec {
  std::string backend;
  std::uint32_t weight = 1;
  std::string member;  // empty: absent
  friend bool operator==(const RouteTargetSpec&, const RouteTargetSpec&) = default;
};

struct RouteRuleSpec {
  std::string name;
  RouteMatchSpec match;
  std::vector<RouteTargetSpec> backends;
  friend bool operator==(const RouteRuleSpec&, const RouteRuleSpec&) = default;
};

struct RoutingSpec {
  std::vector<RoutingTableSpec> tables;
  std::vector<RouteRuleSpec> rules;
  friend bool operator==(const RoutingSpec&, const RoutingSpec&) = default;
};

}  // namespace postern::model
