#include "proxy/policy/decision.h"

namespace postern::policy {

std::string_view name_of(Denial denial) {
  switch (denial) {
    case Denial::None: return "none";
    case Denial::NothingServed: return "nothing_served";
    case Denial::UnknownName: return "unknown_name";
    case Denial::TlsRequired: return "tls_required";
    case Denial::TlsTooWeak: return "tls_too_weak";
  }
  return "?";
}

}  // namespace postern::policy
