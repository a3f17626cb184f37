// The program postern-controller: a controller with its log, its console, its admin port and its
// signals, from the first line to the last.
// Called by main, before any other thread runs.
#pragma once

#include <optional>
#include <string>

#include "controller/app/options.h"

namespace postern::controller_app {

// What the command line has to say and does not.
[[nodiscard]] std::optional<std::string> what_is_missing(const ControllerOptions& options);

// Returns when everything has ended; the exit code.
[[nodiscard]] int serve(const ControllerOptions& options);

}  // namespace postern::controller_app
