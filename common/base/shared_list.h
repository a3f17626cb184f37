// SharedList: a list whose copies share their elements. A copy of a thousand elements is a thousand
// pointers; equal elements that are the same are not compared. An element never changes: another
// takes its place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace postern {

template <typename T>
class SharedList {
  using Elements = std::vector<std::shared_ptr<const T>>;

 public:
  using value_type = T;

  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::random_access_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    const_iterator() = default;
    explicit const_iterator(typename Elements::const_iterator at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return at_->get(); }
    reference operator[](difference_type n) const { return *at_[n]; }
    const_iterator& operator+=(difference_type n) { return at_ += n, *this; }
    const_iterator& operator-=(difference_type n) { return at_ -= n, *this; }
    const_iterator& operator++() { return ++at_, *this; }
    const_iterator& operator--() { return --at_, *this; }
    const_iterator operator++(int) { return const_iterator(at_++); }
    const_iterator operator--(int) { return const_iterator(at_--); }
    friend const_iterator operator+(const_iterator it, difference_type n) { return it += n; }
    friend const_iterator operator+(difference_type n, const_iterator it) { return it += n; }
    friend const_iterator operator-(const_iterator it, difference_type n) { return it -= n; }
    friend difference_type operator-(const_iterator a, const_iterator b) { return a.at_ - b.at_; }
    friend auto operator<=>(const const_iterator&, const const_iterator&) = default;

   private:
    typename Elements::const_iterator at_;
  };
  using iterator = const_iterator;

  SharedList() = default;
  SharedList(std::initializer_list<T> elements) {
    for (const T& element : elements) push_back(element);
  }

  [[nodiscard]] const_iterator begin() const { return const_iterator(elements_.begin()); }
  [[nodiscard]] const_iterator end() const { return const_iterator(elements_.end()); }
  [[nodiscard]] std::size_t size() const { return elements_.size(); }
  [[nodiscard]] bool empty() const { return elements_.empty(); }
  [[nodiscard]] const T& operator[](std::size_t i) const { return *elements_[i]; }
  [[nodiscard]] const T& front() const { return *elements_.front(); }
  [[nodiscard]] const T& back() const { return *elements_.back(); }

  void reserve(std::size_t count) { elements_.reserve(count); }
  void push_back(T element) { insert(size(), std::move(element)); }
  void insert(std::size_t at, T element) {
    elements_.insert(elements_.begin() + static_cast<std::ptrdiff_t>(at),
                     std::make_shared<const T>(std::move(element)));
  }
  void set(std::size_t at, T element) {
    elements_[at] = std::make_shared<const T>(std::move(element));
  }
  void erase(std::size_t at) {
    elements_.erase(elements_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  template <typename Predicate>
  void erase_if(Predicate predicate) {
    std::erase_if(elements_, [&](const auto& element) { return predicate(*element); });
  }
  // `count` elements of `other`, from `first`; they are shared.
  void append(const SharedList& other, std::size_t first, std::size_t count) {
    const auto from = other.elements_.begin() + static_cast<std::ptrdiff_t>(first);
    elements_.insert(elements_.end(), from, from + static_cast<std::ptrdiff_t>(count));
  }

  // Where two lists differ: `front` elements at the start and `back` at the end are common to both,
  // and no element is counted twice.
  struct Common {
    std::size_t front = 0;
    std::size_t back = 0;
  };
  // Elements that are equal.
  [[nodiscard]] Common common_with(const SharedList& other) const { return common(other, equal); }
  // Elements that are the very same: what points into them stays valid.
  [[nodiscard]] Common shared_with(const SharedList& other) const {
    return common(other, std::equal_to<>());
  }

  friend bool operator==(const SharedList& a, const SharedList& b) {
    return std::equal(a.elements_.begin(), a.elements_.end(), b.elements_.begin(),
                      b.elements_.end(), equal);
  }

 private:
  template <typename Same>
  Common common(const SharedList& other, Same same) const {
    const auto [a, b] = std::mismatch(elements_.begin(), elements_.end(), other.elements_.begin(),
                                      other.elements_.end(), same);
    const auto [c, d] =
        std::mismatch(elements_.rbegin(), std::make_reverse_iterator(a), other.elements_.rbegin(),
                      std::make_reverse_iterator(b), same);
    return {static_cast<std::size_t>(a - elements_.begin()),
            static_cast<std::size_t>(c - elements_.rbegin())};
  }
  static bool equal(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
    return a == b || *a == *b;
  }

  Elements elements_;
};

}  // namespace postern
