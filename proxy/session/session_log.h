// The one line written when a session ends.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/log.h"
#include "proxy/session/record.h"
#include "proxy/session/terms.h"

namespace postern::session {

enum class EndedBy : std::uint8_t { Client, Backend, Proxy };

struct SessionEnd {
  EndedBy by = EndedBy::Proxy;
  dialogue::Failure failure = dialogue::Failure::None;
  std::string_view detail;
  std::uint64_t octets_in = 0;   // from the client
  std::uint64_t octets_out = 0;  // to the client
  Instant at{};
};

// What the MailServer wants to be written about its sessions.
void take_terms(Record& record, const TenantTerms& terms);
// `proxy` is how this one is called; empty: it has no name.
void log_session(Log& log, std::string_view proxy, const Record& record, const SessionEnd& end);

}  // namespace postern::session
