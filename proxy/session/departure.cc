#include "proxy/session/departure.h"

#include <functional>

namespace postern::session {

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::Drain: return "the proxy ends";
    case Cause::TenantGone: return "its MailServer is served no more";
    case Cause::EndpointGone: return "its endpoint is no more";
  }
  return "?";
}

Departure departure_of(std::string_view id, const Leave& leave) {
  const std::uint64_t drawn = std::hash<std::string_view>{}(id);
  const auto within = [](std::uint64_t number, Duration window) {
    const auto most = static_cast<std::uint64_t>(window.count());
    return Duration(most == 0 ? 0 : static_cast<Duration::rep>(number % most));
  };
  Departure out{leave.cause, false, leave.from + within(drawn, leave.window), Instant::max()};
  if (leave.forced != Instant::max()) out.by = leave.forced + within(drawn >> 32U, kForcedSpread);
  return out;
}

}  // namespace postern::session
