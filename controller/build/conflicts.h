// Conflicts: the words for whoever wants what an older MailServer has. It is told what is off, and
// never who has it: that may be in another namespace. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/config/listener.h"
#include "controller/build/claims.h"
#include "controller/build/draft.h"

namespace postern::build {

// A port has one protocol and one way to begin TLS.
[[nodiscard]] std::optional<Remark> check_shared_port(const config::Listener& shared,
                                                      const ListenerWish& wish);

[[nodiscard]] Remark lost_hostname(const HostnameWish& hostname, std::uint16_t port);
// For clients whom SNI brings to nobody; it keeps its users by its own hostnames.
struct LostDomains {
  std::size_t count = 0;
  std::set<std::string_view> first;  // of them, by name: a table may lose a hundred thousand
};
[[nodiscard]] Remark lost_domains(std::string field, const LostDomains& lost, std::uint16_t port);
[[nodiscard]] Off lost_every_hostname(std::uint16_t port);

}  // namespace postern::build
