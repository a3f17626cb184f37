// The address of an API server as a kubeconfig has it: https://HOST[:PORT][/PREFIX], or http. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/kube/api_access.h"

namespace postern::kube {

// tls, host, port and prefix of it; nothing when it is no such URL (or has a user or a query).
[[nodiscard]] std::optional<ApiAccess> parse_server_url(std::string_view url);

// Its host is this machine: nobody is on the way.
[[nodiscard]] bool is_loopback(const ApiAccess& access);

}  // namespace postern::kube
