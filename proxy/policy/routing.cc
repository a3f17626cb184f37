#include "proxy/policy/routing.h"

#include <fmt/format.h>

namespace postern::policy {

std::string_view name_of(NoRoute reason) {
  switch (reason) {
    case NoRoute::ProtocolNotOffered: return "protocol_not_offered";
    case NoRoute::NoBackend: return "no_backend";
  }
  return "?";
}

Result<Route, NoRoute> route(const config::Server& server, const Facts& facts) {
  const config::ProtocolOffer* offer = server.offer(facts.protocol);
  if (offer == nullptr) return Fail<NoRoute>(NoRoute::ProtocolNotOffered);
  if (offer->backends.empty()) return Fail<NoRoute>(NoRoute::NoBackend);
  return Route{offer->backends.front(), "default"};
}

std::string explain(const config::Server& server, const Facts& facts) {
  const auto routed = route(server, facts);
  std::string what = fmt::format("{} of {}", name_of(facts.protocol), facts.server);
  if (routed) {
    return fmt::format("{}: backend {}, the first of {} that have the protocol", what,
                       routed->backend, server.offer(facts.protocol)->backends.size());
  }
  switch (routed.error()) {
    case NoRoute::ProtocolNotOffered: return what + ": not offered";
    case NoRoute::NoBackend: return what + ": no backend has the protocol";
  }
  return what;
}

}  // namespace postern::policy
