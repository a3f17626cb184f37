// Side: at which end of a relay something happens or comes from.
#pragma once

#include <cstdint>

namespace postern::relay {

enum class Side : std::uint8_t { Client, Backend };

}  // namespace postern::relay
