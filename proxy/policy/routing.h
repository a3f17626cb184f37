// Routing: which backend has the mail of this session, and by which rule. In its simplest true
// form: the first of the MailServer's backends that has the protocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/config/server.h"
#include "proxy/policy/facts.h"

namespace postern::policy {

struct Route {
  std::string backend;  // BACKEND resource
  std::string rule;     // what chose it; "default": the first that has the protocol
};

enum class NoRoute : std::uint8_t {
  ProtocolNotOffered,  // the tenant chosen by name does not have the protocol
  NoBackend,           // all backends that had it are gone
};
[[nodiscard]] std::string_view name_of(NoRoute reason);

[[nodiscard]] Result<Route, NoRoute> route(const config::Server& server, const Facts& facts);

// For people who ask why: "IMAP of mail/example: backend mail/example/mailbox, the first of 2 …".
[[nodiscard]] std::string explain(const config::Server& server, const Facts& facts);

}  // namespace postern::policy
