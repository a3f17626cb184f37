// What of a change of status is worth an Event: what begins or ends to hold, and never that it
// still does. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/status/mail_server_status.h"

namespace postern::status {

struct Transition {
  bool warning = false;
  std::string action;
  std::string reason;
  std::string note;
};

// `before` may be without conditions: nothing was told yet.
[[nodiscard]] std::vector<Transition> transitions(const MailServerStatus& before,
                                                  const MailServerStatus& after);

}  // namespace postern::status
