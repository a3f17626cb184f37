#include "controller/status/mail_server_status.h"

#include <algorithm>

namespace postern::status {

std::string_view word_of(Truth truth) {
  switch (truth) {
    case Truth::True: return "True";
    case Truth::False: return "False";
    case Truth::Unknown: return "Unknown";
  }
  return "Unknown";
}

const Condition* MailServerStatus::condition(std::string_view type) const {
  const auto found = std::ranges::find(conditions, type, &Condition::type);
  return found == conditions.end() ? nullptr : &*found;
}

}  // namespace postern::status
