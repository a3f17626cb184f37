// SourceRef: the object of the API that a resource came from: a refusal is told there. SourceList:
// several, in an order that the builder decides, packed into one text that copies share: each
// certificate has two, and a port one for each MailServer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/shared_text.h"

namespace postern::config {

struct SourceRef {
  std::string kind;
  std::string object_namespace;
  std::string name;
  std::string uid;
  std::int64_t generation = 0;
  friend bool operator==(const SourceRef&, const SourceRef&) = default;
};

class SourceList {
 public:
  // Makes each one anew.
  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = SourceRef;
    using difference_type = std::ptrdiff_t;
    using pointer = const SourceRef*;
    using reference = SourceRef;

    const_iterator() = default;
    explicit const_iterator(std::string_view left) : left_(left) {}
    SourceRef operator*() const;
    const_iterator& operator++();
    const_iterator operator++(int) {
      const const_iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
      return a.left_.size() == b.left_.size();
    }

   private:
    std::string_view left_;
  };
  using value_type = SourceRef;
  using iterator = const_iterator;

  SourceList() = default;
  SourceList(const std::vector<SourceRef>& sources);  // NOLINT(google-explicit-constructor)
  SourceList(std::initializer_list<SourceRef> sources)
      : SourceList(std::vector<SourceRef>(sources)) {}

  [[nodiscard]] const_iterator begin() const { return const_iterator(packed_.text()); }
  [[nodiscard]] const_iterator end() const { return {}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] SourceRef front() const { return *begin(); }
  // There is one.
  [[nodiscard]] SourceRef operator[](std::size_t at) const {
    const_iterator one = begin();
    for (; at > 0; --at) ++one;
    return *one;
  }

  void push_back(const SourceRef& source);
  void clear() { *this = SourceList(); }

  friend bool operator==(const SourceList&, const SourceList&) = default;

 private:
  SharedText packed_;
  std::size_t size_ = 0;
};

}  // namespace postern::config
