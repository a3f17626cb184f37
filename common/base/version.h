// "0.1.0 (commit)": from the file VERSION, plus the commit when git was there at build time.
#pragma once

#include <string_view>

namespace postern {

[[nodiscard]] std::string_view version();

}  // namespace postern
