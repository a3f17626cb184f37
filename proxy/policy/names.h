// Names of users and mailboxes (mailserver.md 2 "Names"): from what was typed to the name that
// providers are asked about, and to the one that is hashed, routed by and told to a backend. Until
// names are normalised by PRECIS only ASCII is taken, in lower case: a name that is refused today
// can be given its lasting form later without moving anybody whose name was accepted.
// Pure. Called by the session, and by the tool that explains it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/config/user_names.h"

namespace postern::policy {

enum class NameFault : std::uint8_t { Empty, TooLong, ControlOctet, NotAscii };
[[nodiscard]] std::string_view name_of(NameFault fault);  // "control_octet"

// Lower case of a name as it was typed.
[[nodiscard]] Result<std::string, NameFault> canonical_mailbox(std::string_view typed);

// The same for a MailServer: names that it leaves as they are typed are checked and no more.
[[nodiscard]] Result<std::string, NameFault> normalised(std::string_view name,
                                                        const config::UserNames& names);
// typed → defaultDomain → normalization: what providers are asked about.
[[nodiscard]] Result<std::string, NameFault> account_name(std::string_view typed,
                                                          const config::UserNames& names);
// account → delimiter: the mailbox. "anna+lists@example.com" is anna@example.com; a name that is
// nothing but a detail stays what it is.
[[nodiscard]] std::string mailbox_name(std::string_view account, const config::UserNames& names);

}  // namespace postern::policy
