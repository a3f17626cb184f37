// What somebody meant who wrote something else: the nearest known word. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::process {

// Empty when no word is near enough to be meant. Letter case and leading dashes do not count.
[[nodiscard]] std::string nearest(std::string_view written, const std::vector<std::string>& known);

}  // namespace postern::process
