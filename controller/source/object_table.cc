#include "controller/source/object_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace postern::source {

namespace {

// Lines that moved are told, because problems point there, but they are no change of the object.
bool same_but_for_places(const model::Object& before, model::Object& now) {
  model::Meta& meta = model::meta_of(now);
  auto places = std::exchange(meta.places, model::meta_of(before).places);
  const bool same = before == now;
  meta.places = std::move(places);
  return same;
}

}  // namespace

bool PathLess::operator()(std::string_view a, std::string_view b) const {
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

bool ObjectTable::Claim::before(const Claim& other) const {
  const bool missed = document->state == Document::State::Missed;
  const bool other_missed = other.document->state == Document::State::Missed;
  if (missed != other_missed) return other_missed;
  if (file != other.file) return PathLess()(file, other.file);
  return index < other.index;
}

void ObjectTable::add(std::string_view file, std::vector<Document>& documents) {
  for (std::size_t i = 0; i < documents.size(); ++i) {
    Document& document = documents[i];
    if (document.key.name.empty()) continue;
    std::vector<Claim>& claims = rows_[document.key].claims;
    const Claim claim{file, i, &document};
    const auto at = std::ranges::find_if(claims, [&](const Claim& c) { return claim.before(c); });
    claims.insert(at, claim);
    touched_.insert(document.key);
  }
}

void ObjectTable::take_away(std::string_view file, const std::vector<Document>& documents) {
  for (const Document& document : documents) {
    const auto at = rows_.find(document.key);
    if (at == rows_.end()) continue;
    std::erase_if(at->second.claims, [&](const Claim& claim) { return claim.file == file; });
    touched_.insert(document.key);
  }
}

bool ObjectTable::knows(const model::ObjectKey& key) const {
  const auto at = rows_.find(key);
  return at != rows_.end() && at->second.current != nullptr;
}

// True when there is another object than before.
bool ObjectTable::renew(Row& row) {
  for (std::size_t i = 0; i < row.claims.size(); ++i) {
    row.claims[i].document->first.reset();
    if (i > 0) row.claims[i].document->first = row.claims[0].document->place;
  }
  Document& document = *row.claims[0].document;
  const std::shared_ptr<model::Object> now = document.object;
  if (now == nullptr || now == row.current) return false;
  model::Meta& meta = model::meta_of(*now);
  const std::shared_ptr<model::Object> before = std::exchange(row.current, now);
  if (before != nullptr) {
    if (!document.generation_written) meta.generation = row.generation;
    // A Secret whose files were read again is mostly the same.
    if (*before == *now) {
      if (document.decoded == now) document.decoded = before;
      document.object = row.current = before;  // one of the two is enough
      return false;
    }
  }
  if (before == nullptr || !same_but_for_places(*before, *now)) ++row.generation;
  if (!document.generation_written) meta.generation = row.generation;
  return true;
}

void ObjectTable::collect(Changes& out) {
  for (const model::ObjectKey& key : touched_) {
    const auto at = rows_.find(key);
    if (at == rows_.end()) continue;
    if (at->second.claims.empty()) {
      if (at->second.current != nullptr) out.gone.push_back(key);
      rows_.erase(at);
    } else if (renew(at->second)) {
      out.changed.push_back(at->second.current);
    }
  }
  touched_.clear();
}

std::vector<model::SharedObject> ObjectTable::objects() const {
  std::vector<model::SharedObject> out;
  for (const auto& [key, row] : rows_) {
    if (row.current != nullptr) out.push_back(row.current);
  }
  return out;
}

}  // namespace postern::source
