// From what a client typed to who he is (spec: mailserver.md 2 "Names").
#pragma once

#include <string>
#include <string_view>

namespace postern::config {

struct UserNames {
  std::string default_domain;  // appended to names without one, lower case; empty: none
  char delimiter = 0;          // "user+detail" is the user; 0: none
  bool as_typed = false;       // normalization None; else names are made equal (Auto)
  friend bool operator==(const UserNames&, const UserNames&) = default;
};

// A proxy that does not know of `names` would send a mailbox to another place.
inline constexpr std::string_view kUserNames = "user-names";
// One that does not know of `domains` would let in whom they keep out.
inline constexpr std::string_view kDomains = "domains";
// One that does not know of the limit would not keep it.
inline constexpr std::string_view kConnectionRate = "connection-rate";

}  // namespace postern::config
