// Our own mistakes (style: kind D): the process ends with a sentence. Never for octets from
// outside.
#pragma once

namespace postern {

[[noreturn]] void fail_check(const char* sentence, const char* file, int line);

inline void check(bool holds, const char* sentence, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!holds) fail_check(sentence, file, line);
}

}  // namespace postern
