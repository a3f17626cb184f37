// Which backend has a user's mail: tables first, then rules, then the first backend that has the
// protocol (docs/routing.md). Part of a Server; the tables are TABLE resources.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/digest.h"
#include "common/base/mail.h"

namespace postern::config {

// A proxy that does not know of it would show somebody a mailbox that is not his.
inline constexpr std::string_view kRouting = "routing";

struct RoutingTable {
  // TABLE resource. Empty: its ConfigMap cannot be used and never could, so nobody knows whose mail
  // it speaks of, and whoever comes to it gets a temporary failure.
  std::string table;
  bool rejects_on_miss = false;  // who is not in it is unknown
  friend bool operator==(const RoutingTable&, const RoutingTable&) = default;
};

struct RouteAttribute {
  std::string name;
  std::string value;
  friend bool operator==(const RouteAttribute&, const RouteAttribute&) = default;
};

// All that is given must hold; of each list one is enough, but of the attributes all.
struct RouteMatch {
  std::vector<Protocol> protocols = {};
  std::vector<std::uint16_t> ports = {};
  std::vector<std::string> hostnames = {};  // "*." at the front allowed, lower case
  std::vector<std::string> domains = {};    // of the mailbox, lower case
  std::vector<std::string> users = {};      // mailboxes, lower case
  std::string user_pattern = {};            // RE2 over the whole mailbox name
  std::vector<Network> sources = {};
  std::vector<std::string> providers = {};  // as written
  std::vector<RouteAttribute> attributes = {};
  friend bool operator==(const RouteMatch&, const RouteMatch&) = default;
};

struct RouteTarget {
  std::string backend;       // BACKEND resource
  std::uint32_t weight = 1;  // 0: nobody comes here
  std::string member = {};   // exactly this one; empty: by the hash
  friend bool operator==(const RouteTarget&, const RouteTarget&) = default;
};

struct RouteRule {
  std::string name;
  RouteMatch match;
  std::vector<RouteTarget> targets;
  friend bool operator==(const RouteRule&, const RouteRule&) = default;
};

struct Routing {
  std::vector<RoutingTable> tables;
  std::vector<RouteRule> rules;
  SipKey seed{};  // of shares: that of the backends
  friend bool operator==(const Routing&, const Routing&) = default;

  [[nodiscard]] bool empty() const { return tables.empty() && rules.empty(); }
};

}  // namespace postern::config
