#include "controller/model/meta.h"

namespace postern::model {

Place Meta::place_of(const std::string& field) const {
  std::string path = field;
  for (;;) {
    if (const auto found = places.find(path); found != places.end()) return found->second;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string::npos) break;
    path.resize(cut);
  }
  const auto root = places.find("");
  return root == places.end() ? Place{} : root->second;
}

}  // namespace postern::model
