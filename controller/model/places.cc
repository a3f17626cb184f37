#include "controller/model/places.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace postern::model {

// The path of a field is long and only ever looked up: its hash stands for it. Two paths of one
// hash would say the wrong line of a file, once in a world of files.
struct Places::List {
  struct Entry {
    std::size_t path = 0;  // its hash
    std::int32_t line = 0;
    std::int32_t column = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::string file;
  std::vector<Entry> entries;  // by path
  friend bool operator==(const List&, const List&) = default;
};

Places::Places(std::string file, std::vector<FieldPlace> fields) {
  if (fields.empty()) return;
  auto list = std::make_shared<List>();
  list->file = std::move(file);
  std::vector<List::Entry>& entries = list->entries;
  entries.reserve(fields.size());
  for (const FieldPlace& one : fields) {
    entries.push_back({std::hash<std::string_view>{}(one.field), one.line, one.column});
  }
  // Of equal ones the last comes first, and stays.
  std::ranges::reverse(entries);
  std::ranges::stable_sort(entries, {}, &List::Entry::path);
  const auto same = [](const List::Entry& a, const List::Entry& b) { return a.path == b.path; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  list_ = std::move(list);
}

std::optional<Place> Places::find(std::string_view field) const {
  if (list_ == nullptr) return std::nullopt;
  const std::size_t path = std::hash<std::string_view>{}(field);
  const auto found = std::ranges::lower_bound(list_->entries, path, {}, &List::Entry::path);
  if (found == list_->entries.end() || found->path != path) return std::nullopt;
  return Place{list_->file, found->line, found->column};
}

bool operator==(const Places& a, const Places& b) {
  if (a.list_ == b.list_) return true;
  return a.list_ != nullptr && b.list_ != nullptr && *a.list_ == *b.list_;
}

}  // namespace postern::model
