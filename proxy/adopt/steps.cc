#include "proxy/adopt/steps.h"

namespace postern::adopt {

std::string_view name_of(ChangeStep step) {
  switch (step) {
    case ChangeStep::Staged: return "staged";
    case ChangeStep::Prepared: return "prepared";
    case ChangeStep::Bound: return "bound";
    case ChangeStep::HandedOver: return "handed over";
    case ChangeStep::Adopted: return "adopted";
    case ChangeStep::Active: return "active";
    case ChangeStep::Retired: return "retired";
  }
  return "";
}

}  // namespace postern::adopt
