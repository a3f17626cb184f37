#include "proxy/policy/names.h"

#include <algorithm>

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
  return normalised(typed, {});
}

Result<std::string, NameFault> normalised(std::string_view typed, const config::UserNames& names) {
  if (typed.empty()) return Fail<NameFault>(NameFault::Empty);
  if (typed.size() > limits::kNameOctets) return Fail<NameFault>(NameFault::TooLong);
  // A NUL would also end the member's name in what is hashed (placement.h).
  if (has_control(typed)) return Fail<NameFault>(NameFault::ControlOctet);
  if (!is_ascii(typed)) return Fail<NameFault>(NameFault::NotAscii);
  return names.as_typed ? std::string(typed) : lower(typed);
}

Result<std::string, NameFault> account_name(std::string_view typed,
                                            const config::UserNames& names) {
  const bool complete =
      names.default_domain.empty() || typed.empty() || typed.find('@') != std::string_view::npos;
  if (complete) return normalised(typed, names);
  return normalised(std::string(typed) + '@' + names.default_domain, names);
}

std::string mailbox_name(std::string_view account, const config::UserNames& names) {
  std::string out(account);
  if (names.delimiter == 0) return out;
  const std::size_t end = std::min(out.rfind('@'), out.size());
  const std::size_t detail = out.find(names.delimiter);
  if (detail == 0 || detail >= end) return out;
  return out.erase(detail, end - detail);
}

}  // namespace postern::policy
