// The last words to a client who is logged in and has to go, whom no front speaks for any more. The
// corridor says them between two responses (proxy/relay/boundary.h), and then ends the connection.
#pragma once

#include <string_view>

#include "common/base/mail.h"

namespace postern::dialogue {

// With the line end. Empty: the protocol lets a server go without a word, and has none for it.
[[nodiscard]] std::string_view goodbye(Protocol protocol);

}  // namespace postern::dialogue
