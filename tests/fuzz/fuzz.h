// What fuzzers share: the input's views, a promise that ends the process when it does not hold, and
// the size of fragments that the input itself chooses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "common/base/bytes.h"
#include "common/base/check.h"
#include "tests/support/fragmenter.h"

namespace postern::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  // 0 when nothing is left.
  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return first;
  }
  std::size_t fragment_size() {
    return test::kFragmentSizes[octet() % std::size(test::kFragmentSizes)];
  }
  [[nodiscard]] ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

inline void promise(bool holds, const char* sentence, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) {
  check(holds, sentence, file, line);
}

}  // namespace postern::fuzz
