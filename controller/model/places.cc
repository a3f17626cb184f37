#include "controller/model/places.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace postern::model {

struct Places::List {
  struct Entry {
    std::uint32_t end = 0;  // of its path, which begins where the one before ends
    std::int32_t line = 0;
    std::int32_t column = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::string file;
  std::string paths;
  std::vector<Entry> entries;  // by path

  [[nodiscard]] std::string_view path(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : entries[index - 1].end;
    return std::string_view(paths).substr(begin, entries[index].end - begin);
  }
  void add(const FieldPlace& field) {
    paths += field.field;
    entries.push_back({static_cast<std::uint32_t>(paths.size()), field.line, field.column});
  }
  friend bool operator==(const List&, const List&) = default;
};

Places::Places(std::string file, std::vector<FieldPlace> fields) {
  if (fields.empty()) return;
  std::ranges::stable_sort(fields, {}, &FieldPlace::field);
  auto list = std::make_shared<List>();
  list->file = std::move(file);
  list->entries.reserve(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool last_of_field = i + 1 == fields.size() || fields[i + 1].field != fields[i].field;
    if (last_of_field) list->add(fields[i]);
  }
  list->paths.shrink_to_fit();
  list_ = std::move(list);
}

std::optional<Place> Places::find(std::string_view field) const {
  if (list_ == nullptr) return std::nullopt;
  std::size_t low = 0;
  std::size_t high = list_->entries.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (list_->path(middle) < field) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == list_->entries.size() || list_->path(low) != field) return std::nullopt;
  const List::Entry& entry = list_->entries[low];
  return Place{list_->file, entry.line, entry.column};
}

bool operator==(const Places& a, const Places& b) {
  if (a.list_ == b.list_) return true;
  return a.list_ != nullptr && b.list_ != nullptr && *a.list_ == *b.list_;
}

}  // namespace postern::model
