#include "common/process/heap.h"

#include <cstdlib>  // says whose library it is

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace postern::process {

// Other C libraries have other ways, and other reasons.
#ifdef __GLIBC__
void keep_heap_small() {
  mallopt(M_ARENA_MAX, 2);
  // Chunks of a stream, from the first one on: the library would move that mark up to 32 MiB.
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
}
void trim_heap() { malloc_trim(0); }
#else
void keep_heap_small() {}
void trim_heap() {}
#endif

}  // namespace postern::process
