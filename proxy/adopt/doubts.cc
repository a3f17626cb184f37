#include "proxy/adopt/doubts.h"

namespace postern::adopt {

Doubts doubts_of(const Tenants& now, const Tenants* before, const Touched& touched) {
  Doubts out;
  if (before) out.shared = now.shared_with(*before);
  const std::size_t back = now.size() - out.shared.back;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const bool is_shared = i < out.shared.front || i >= back;
    if (!is_shared || touched.contains(now[i].server)) out.tenants.push_back(i);
  }
  return out;
}

}  // namespace postern::adopt
