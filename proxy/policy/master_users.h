// Who may log in as somebody else: the master users of a MailServer, and the two names in what one
// of them types. Pure; the session asks before anybody else is asked.
#pragma once

#include <string_view>

#include "common/config/backend_login.h"

namespace postern::policy {

// Views into what was typed.
struct TypedName {
  std::string_view name;     // whose credentials they are
  std::string_view mailbox;  // whose mail is wanted; empty: nobody's, the name cannot be read
};

// "joe*admin": admin wants joe's mail. A second separator, or nothing on one side of it, makes a
// name that nobody has: whoever reads it otherwise must not find another user in it.
[[nodiscard]] TypedName split_typed(std::string_view typed, char separator);

[[nodiscard]] bool may_act_for_others(const config::MasterUsers& masters, std::string_view name);

}  // namespace postern::policy
