// A status as an API server takes it: the body of a server-side apply to the status of one object.
// An empty list is left out: to send one would be to own it, and to wipe what is not known yet.
// Pure.
#pragma once

#include <string>

#include "controller/status/mail_class_status.h"
#include "controller/status/mail_server_status.h"

namespace postern::status {

inline constexpr std::string_view kApiVersion = "postern.dev/v1alpha1";

[[nodiscard]] std::string status_body(const MailServerStatus& status);
[[nodiscard]] std::string status_body(const MailClassStatus& status);

}  // namespace postern::status
