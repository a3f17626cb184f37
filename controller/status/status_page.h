// A status as YAML: the document that stands in a status file. Pure.
#pragma once

#include <string>

#include "controller/status/mail_server_status.h"

namespace postern::status {

[[nodiscard]] std::string status_page(const MailServerStatus& status);

}  // namespace postern::status
