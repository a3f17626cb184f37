#include "proxy/policy/names.h"

#include "common/base/ascii.h"
#include "common/base/limits.h"

namespace postern::policy {

std::string_view name_of(NameFault fault) {
  switch (fault) {
    case NameFault::Empty: return "empty";
    case NameFault::TooLong: return "too_long";
    case NameFault::ControlOctet: return "control_octet";
    case NameFault::NotAscii: return "not_ascii";
  }
  return "?";
}

Result<std::string, NameFault> canonical_mailbox(std::string_view typed) {
  if (typed.empty()) return Fail<NameFault>(NameFault::Empty);
  if (typed.size() > limits::kNameOctets) return Fail<NameFault>(NameFault::TooLong);
  // A NUL would also end the member's name in what is hashed (placement.h).
  if (has_control(typed)) return Fail<NameFault>(NameFault::ControlOctet);
  if (!is_ascii(typed)) return Fail<NameFault>(NameFault::NotAscii);
  return lower(typed);
}

}  // namespace postern::policy
