// Memory for secrets: mapped once, locked, kept out of core files. Blocks of 64 octets up to 16 KiB
// by size; what does not fit comes from the heap, wiped all the same. Thread-safe.
#pragma once

#include <cstddef>

namespace postern::secret_arena {

// False when the arena could not be locked (a small RLIMIT_MEMLOCK): one warning is due.
[[nodiscard]] bool lock();
[[nodiscard]] char* take(std::size_t octets);
// Wipes and gives back.
void give_back(char* block, std::size_t octets);

}  // namespace postern::secret_arena
