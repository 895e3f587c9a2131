#include "nanobrain/base/allocator.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace nanobrain {

void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

} // namespace nanobrain
