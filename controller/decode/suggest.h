// "did you mean": the known word that is nearest to a wrong one, if one is near.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::decode {

// Empty when nothing is near: at most a third of the letters may differ. Letter case counts less
// than a wrong letter.
[[nodiscard]] std::string nearest(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace postern::decode
