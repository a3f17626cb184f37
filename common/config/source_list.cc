#include "common/config/source_list.h"

#include "common/base/packed.h"

namespace postern::config {

namespace {

void put(const SourceRef& source, std::string& to) {
  packed::put_text(source.kind, to);
  packed::put_text(source.object_namespace, to);
  packed::put_text(source.name, to);
  packed::put_text(source.uid, to);
  packed::put_number(static_cast<std::uint64_t>(source.generation), to);
}

void skip(std::string_view& from) {
  for (int texts = 0; texts < 4; ++texts) (void)packed::take_text(from);
  (void)packed::take_number(from);
}

}  // namespace

SourceRef SourceList::const_iterator::operator*() const {
  std::string_view left = left_;
  SourceRef out;
  for (std::string* text : {&out.kind, &out.object_namespace, &out.name, &out.uid}) {
    *text = packed::take_text(left);
  }
  out.generation = static_cast<std::int64_t>(packed::take_number(left));
  return out;
}

SourceList::const_iterator& SourceList::const_iterator::operator++() {
  skip(left_);
  return *this;
}

SourceList::SourceList(const std::vector<SourceRef>& sources) : size_(sources.size()) {
  std::string all;
  for (const SourceRef& source : sources) put(source, all);
  packed_ = all;
}

void SourceList::push_back(const SourceRef& source) {
  std::string all(packed_.text());
  put(source, all);
  packed_ = all;
  ++size_;
}

}  // namespace postern::config
