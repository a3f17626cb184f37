// The program postern-proxy: a proxy with its certificates, its log, its admin port and its
// signals, from the first line to the last. Called by main, before any other thread runs.
#pragma once

#include <optional>
#include <string>

#include "proxy/app/options.h"

namespace postern::proxy_app {

// What the command line has to say and does not.
[[nodiscard]] std::optional<std::string> what_is_missing(const RemoteOptions& options);

// Returns when everything has ended; the exit code.
[[nodiscard]] int serve(const RemoteOptions& options);

}  // namespace postern::proxy_app
