// Boxed: a value that stands elsewhere and takes the room of a pointer: for the one alternative of
// a variant that is much larger than the others, which would all take its room. Copies are deep,
// and equal values are equal. Never empty, but after it was moved from: then it can be assigned to
// or destroyed, and nothing else.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace postern {

template <typename T>
class Boxed {
 public:
  Boxed() : value_(std::make_unique<T>()) {}
  // Not explicit: it is the value, to whoever makes a variant of it.
  template <typename U>
    requires(!std::same_as<std::remove_cvref_t<U>, Boxed> && std::convertible_to<U, T>)
  Boxed(U&& value)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
      : value_(std::make_unique<T>(std::forward<U>(value))) {}
  Boxed(const Boxed& other) : value_(std::make_unique<T>(*other)) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) { return *this = Boxed(other); }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  const T& operator*() const { return *value_; }
  T& operator*() { return *value_; }
  const T* operator->() const { return value_.get(); }
  T* operator->() { return value_.get(); }
  // For visitors of a variant, who know the value and not where it stands.
  operator const T&() const { return *value_; }  // NOLINT(google-explicit-constructor)

  friend bool operator==(const Boxed& a, const Boxed& b) { return *a == *b; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace postern
