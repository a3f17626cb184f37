// What stands in the status of an object: for its times, which hold on while its conditions do, and
// for what has been told already. Reads what this controller, or another one of the class, wrote
// there before; what it does not understand is not there. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "controller/status/mail_server_status.h"

namespace postern::status {

// Key, uid, conditions, listeners and backends with theirs. Nothing: that is no object.
[[nodiscard]] std::optional<MailServerStatus> read_status(std::string_view object);

}  // namespace postern::status
