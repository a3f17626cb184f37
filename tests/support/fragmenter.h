// Octets in fragments, as TCP brings them. Every parser and every dialogue is tested at each of
// kFragmentSizes: what it says must not depend on where the octets were cut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <variant>

#include "common/base/bytes.h"
#include "proxy/grammar/parse.h"

namespace postern::test {

inline constexpr std::size_t kAllAtOnce = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t kFragmentSizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 31, kAllAtOnce};

class Fragmenter {
 public:
  Fragmenter(ByteView octets, std::size_t size) : rest_(octets), size_(size) {}

  // Nothing when all were given.
  [[nodiscard]] std::optional<ByteView> next() {
    if (rest_.empty()) return std::nullopt;
    const ByteView fragment = rest_.substr(0, std::min(size_, rest_.size()));
    rest_.remove_prefix(fragment.size());
    return fragment;
  }

 private:
  ByteView rest_;
  std::size_t size_;
};

// Calls `each` with every fragment.
template <class Each>
void in_fragments(ByteView octets, std::size_t size, Each each) {
  Fragmenter fragments(octets, size);
  while (const auto fragment = fragments.next()) each(*fragment);
}

// What a parser of whole prefixes says when the octets grow by fragments: its first word that is
// not NeedMore, or NeedMore at the end. The prefix is a copy of its own size, so that reading past
// its end is seen by AddressSanitizer.
template <class Parser>
auto parse_in_fragments(ByteView octets, std::size_t size, Parser parser) {
  std::string seen;
  Fragmenter fragments(octets, size);
  auto said = parser(ByteView(seen));
  while (std::holds_alternative<grammar::NeedMore>(said)) {
    const auto fragment = fragments.next();
    if (!fragment) break;
    seen = std::string(seen).append(*fragment);
    said = parser(ByteView(seen));
  }
  return said;
}

}  // namespace postern::test
