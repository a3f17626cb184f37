// Presenting: the first stage of a session behind a load balancer: the PROXY header says who the
// client is. It is taken to its last octet and not one further (R1): what follows belongs to TLS or
// to the dialogue and stays in the kernel. No visit exists yet, so a peer that says nothing costs a
// slot and a few octets for three seconds.
// Whose header is believed is decided by the peer's own address alone, never by what was said.
// Called by the gate (who has to present a client, and his first places) and by the corridor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/address.h"
#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/config/listener.h"
#include "proxy/grammar/proxy_protocol.h"
#include "proxy/policy/question.h"
#include "proxy/quota/place.h"
#include "proxy/session/outcome.h"

namespace postern::session {

class Session;
class Worker;
struct Record;
struct Visit;

enum class Presentation : std::uint8_t {
  None,      // he speaks for himself; a header would be data like any other (PP2)
  Believed,  // a header has to come, and holds
  Ignored,   // a header has to come, and he is taken for himself all the same
  Refused,   // he is not let in
};
[[nodiscard]] Presentation presentation_of(const config::Listener& listener, const IpAddress& peer);

// The places of who has just come. A load balancer is neither a source nor anybody's guest until it
// has said whom it brings: those places are taken then.
[[nodiscard]] Result<quota::Places, quota::Refusal> first_places(
    quota::PlaceTables& tables, Presentation how, const quota::Visitor& visitor,
    const quota::VisitorLimits& limits);

class Presenting {
 public:
  Presenting(Presentation how, Instant by) : how_(how), by_(by) {}
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);

  // Once the header has come: the newest rules of the port, and what they make of it.
  [[nodiscard]] const config::Listener& listener() const { return *listener_; }
  void tell(Visit& visit, Record& record) const;

 private:
  [[nodiscard]] std::optional<Outcome> read(Session& session, Worker& worker);
  [[nodiscard]] Outcome settle(const grammar::ProxyHeader& header, Session& session,
                               Worker& worker);
  void believe(const grammar::ProxyHeader& header, Record& record);
  [[nodiscard]] Outcome take_places(bool client_known, Session& session, Worker& worker);

  Presentation how_;
  Instant by_;
  Buffer octets_{grammar::kProxyV2Octets};
  const config::Listener* listener_ = nullptr;
  std::optional<policy::ProxyHeaderFacts> said_;
  std::optional<grammar::ProxyTls> tls_;  // that the load balancer has ended, and is believed
};

}  // namespace postern::session
