// NameList: a list of names that never changes, in one block that copies share: what a certificate
// is for. A name that is taken out points into the list.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/packed.h"
#include "common/base/shared_text.h"

namespace postern {

class NameList {
 public:
  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    const_iterator() = default;
    explicit const_iterator(std::string_view left) : left_(left) {}
    std::string_view operator*() const {
      std::string_view left = left_;
      return packed::take_text(left);
    }
    const_iterator& operator++() {
      (void)packed::take_text(left_);
      return *this;
    }
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
  using value_type = std::string_view;
  using iterator = const_iterator;

  NameList() = default;
  NameList(const std::vector<std::string>& names) {  // NOLINT(google-explicit-constructor)
    std::string all;
    for (const std::string& name : names) packed::put_text(name, all);
    packed_ = all;
  }
  NameList(std::initializer_list<std::string_view> names) {
    std::string all;
    for (const std::string_view name : names) packed::put_text(name, all);
    packed_ = all;
  }

  [[nodiscard]] const_iterator begin() const { return const_iterator(packed_.text()); }
  [[nodiscard]] const_iterator end() const { return {}; }
  [[nodiscard]] bool empty() const { return packed_.text().empty(); }
  [[nodiscard]] std::vector<std::string> strings() const { return {begin(), end()}; }
  friend bool operator==(const NameList&, const NameList&) = default;

 private:
  SharedText packed_;
};

}  // namespace postern
