// Decision: yes, or no with a reason for the log and a sentence for people. The corridor alone
// turns a reason into words for a client, so nothing here knows a protocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace postern::policy {

enum class Denial : std::uint8_t {
  None,
  NothingServed,  // no MailServer is left on the port
  UnknownName,    // SNI named nobody, and unknownNames is Reject
  TlsRequired,    // credentials in clear are refused here
  TlsTooWeak,     // for the MailServer that the name chose
};
[[nodiscard]] std::string_view name_of(Denial denial);  // "unknown_name": log word, metric label

struct Decision {
  Denial denial = Denial::None;
  std::string message;  // for the log; empty when allowed

  [[nodiscard]] bool allowed() const { return denial == Denial::None; }

  [[nodiscard]] static Decision allow() { return {}; }
  [[nodiscard]] static Decision deny(Denial why, std::string message) {
    return {why, std::move(message)};
  }
};

}  // namespace postern::policy
