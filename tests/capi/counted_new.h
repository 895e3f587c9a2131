// Counts every operator new of the program whose one test file includes this,
// and lets them fail on demand.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace nanobrain::testing {

inline std::atomic<int64_t> allocations{0};
/// Past so many, those of at least this size fail.
inline std::atomic<int64_t> last_that_succeeds{INT64_MAX};
inline std::atomic<size_t> least_that_fails{0};

inline void* counted(size_t size, size_t alignment) {
  if (++allocations > last_that_succeeds && size >= least_that_fails) {
    throw std::bad_alloc();
  }
  size = (size + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, size)) return memory;
  throw std::bad_alloc();
}

} // namespace nanobrain::testing

void* operator new(size_t size) {
  return nanobrain::testing::counted(size, alignof(std::max_align_t));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return nanobrain::testing::counted(size, static_cast<size_t>(alignment));
}
// A sanitizer's own does not come here, and would not meet what frees it.
void* operator new(size_t size, const std::nothrow_t&) noexcept try {
  return operator new(size);
} catch (const std::bad_alloc&) {
  return nullptr;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}
