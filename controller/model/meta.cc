#include "controller/model/meta.h"

namespace postern::model {

Place Meta::place_of(const std::string& field) const {
  std::string path = field;
  for (;;) {
    if (auto found = places.find(path)) return *std::move(found);
    const auto cut = path.find_last_of(".[");
    if (cut == std::string::npos) break;
    path.resize(cut);
  }
  return places.find("").value_or(Place{});
}

}  // namespace postern::model
