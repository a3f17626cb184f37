// The flags of `postern why`.
#pragma once

#include "cli/tool/why.h"

namespace CLI {
class App;
}

namespace postern::tool {

void add_why_flags(CLI::App& app, WhyOptions& options);
// It is about an object that a controller knows, and no login.
[[nodiscard]] bool asks_a_controller(const WhyOptions& options);
// What is missing; nothing: all is there.
[[nodiscard]] std::optional<std::string> missing(const WhyOptions& options);

}  // namespace postern::tool
