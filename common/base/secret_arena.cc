#include "common/base/secret_arena.h"

#include <sys/mman.h>

#include <array>
#include <cstdlib>
#include <mutex>

#include "common/base/bytes.h"
#include "common/base/check.h"

namespace postern::secret_arena {

namespace {

constexpr std::size_t kArenaOctets = std::size_t{4} << 20;  // ~60 000 passwords, or 1000 keys
constexpr std::size_t kSmallestOctets = 64;
constexpr std::size_t kClasses = 9;  // 64, 128, … 16384

struct Free {
  Free* next;
};

struct Arena {
  std::mutex lock;
  char* begin = nullptr;
  char* end = nullptr;
  char* next = nullptr;
  bool tried = false;
  std::array<Free*, kClasses> free{};

  void map() {
    tried = true;
    void* memory =
        mmap(nullptr, kArenaOctets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    madvise(memory, kArenaOctets, MADV_DONTDUMP);
    begin = next = static_cast<char*>(memory);
    end = begin + kArenaOctets;
  }
};

Arena& arena() {
  static Arena* const one = new Arena;  // never destroyed: secrets may outlive main's statics
  return *one;
}

std::size_t class_of(std::size_t octets) {
  std::size_t index = 0;
  for (std::size_t size = kSmallestOctets; size < octets; size *= 2) ++index;
  return index;
}

}  // namespace

bool lock() {
  Arena& a = arena();
  const std::scoped_lock held(a.lock);
  if (!a.tried) a.map();
  // A page is there, and locked, from its first use on: most programs use a few of them.
  return a.begin != nullptr && mlock2(a.begin, kArenaOctets, MLOCK_ONFAULT) == 0;
}

char* take(std::size_t octets) {
  const std::size_t index = class_of(octets);
  if (index < kClasses) {
    Arena& a = arena();
    const std::scoped_lock held(a.lock);
    if (!a.tried) a.map();
    if (Free* block = a.free[index]) {
      a.free[index] = block->next;
      return reinterpret_cast<char*>(block);
    }
    const std::size_t size = kSmallestOctets << index;
    if (static_cast<std::size_t>(a.end - a.next) >= size) {
      char* const block = a.next;
      a.next += size;
      return block;
    }
  }
  char* const block = static_cast<char*>(std::malloc(octets));
  check(block != nullptr, "memory for a secret can be had");
  return block;
}

void give_back(char* block, std::size_t octets) {
  wipe(block, octets);
  Arena& a = arena();
  const std::scoped_lock held(a.lock);
  if (block < a.begin || block >= a.end) {
    std::free(block);
    return;
  }
  const std::size_t index = class_of(octets);
  a.free[index] = new (block) Free{a.free[index]};
}

}  // namespace postern::secret_arena
