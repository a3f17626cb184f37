#include "proxy/policy/master_users.h"

#include <algorithm>

#include "common/base/ascii.h"

namespace postern::policy {

TypedName split_typed(std::string_view typed, char separator) {
  const std::size_t at = separator == 0 ? std::string_view::npos : typed.find(separator);
  if (at == std::string_view::npos) return {typed, typed};
  const std::string_view mailbox = typed.substr(0, at);
  const std::string_view master = typed.substr(at + 1);
  const bool is_clear = !master.empty() && master.find(separator) == std::string_view::npos;
  return is_clear ? TypedName{master, mailbox} : TypedName{typed, {}};
}

bool may_act_for_others(const config::MasterUsers& masters, std::string_view name) {
  return std::any_of(masters.allowed.begin(), masters.allowed.end(),
                     [&](const std::string& one) { return equal_ignoring_case(one, name); });
}

}  // namespace postern::policy
