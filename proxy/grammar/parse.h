// Parse<T>: what a grammar says of octets. Done takes `consumed` octets; NeedMore says that the
// octets so far may become one; Malformed says why they never will, and at which octet.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

namespace postern::grammar {

template <class T>
struct Done {
  T value;
  std::size_t consumed;
};
struct NeedMore {};
struct Malformed {
  std::string_view reason;  // a constant sentence, never the octets themselves
  std::size_t at = 0;
};

template <class T>
using Parse = std::variant<Done<T>, NeedMore, Malformed>;

}  // namespace postern::grammar
