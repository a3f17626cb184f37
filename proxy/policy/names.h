// Names of mailboxes: the form that is hashed and routed by. Until names are normalised by PRECIS
// only ASCII is taken, in lower case: a name that is refused today can be given its lasting form
// later without moving anybody whose name was accepted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace postern::policy {

enum class NameFault : std::uint8_t { Empty, TooLong, ControlOctet, NotAscii };
[[nodiscard]] std::string_view name_of(NameFault fault);  // "control_octet"

// Lower case of a name as it was typed.
[[nodiscard]] Result<std::string, NameFault> canonical_mailbox(std::string_view typed);

}  // namespace postern::policy
