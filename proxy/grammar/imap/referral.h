// What stands in a REFERRAL code behind a NO: "imap://user;AUTH=*@host:port/". Read strictly: what
// it says decides who is spoken to with somebody's password, so all that RFC 5092 does not allow
// in an address of a server is refused, paths and queries too. Says nothing about whether it may be
// followed: policy/referred does. Called by session.
// RFC 2221 §4.1, RFC 5092 §3 and §11, RFC 3986 §3.2.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/address.h"

namespace postern::grammar::imap {

inline constexpr std::size_t kReferralOctets = 1024;

struct Referral {
  std::string user;             // decoded; empty: not said
  std::string host;             // lower case; of an address its text
  std::optional<IpAddress> ip;  // the host is an address
  std::optional<std::uint16_t> port;
};

// `arguments` of the code. Several addresses: all must be well-formed, the first one is given.
[[nodiscard]] std::optional<Referral> parse_referral(std::string_view arguments);

}  // namespace postern::grammar::imap
