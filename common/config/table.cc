#include "common/config/table.h"

#include <algorithm>

namespace postern::config {

const TableLine* Table::find(std::string_view key) const {
  const auto found = std::ranges::lower_bound(lines, key, {}, &TableLine::key);
  return found == lines.end() || found->key != key ? nullptr : &*found;
}

const TableLine* Table::find_domain(std::string_view domain) const {
  // As if an @ stood before it, without putting one there.
  const auto before = [](const TableLine& line, std::string_view wanted) {
    const std::string_view key = line.key;
    return key.starts_with('@') ? key.substr(1) < wanted : key < "@";
  };
  const auto found = std::lower_bound(lines.begin(), lines.end(), domain, before);
  const bool is_it = found != lines.end() && found->key.starts_with('@') &&
                     std::string_view(found->key).substr(1) == domain;
  return is_it ? &*found : nullptr;
}

}  // namespace postern::config
