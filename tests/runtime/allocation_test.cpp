// A session allocates in its constructor alone: every operator new of this
// program is counted.
#include <atomic>
#include <cstdlib>
#include <new>

#include "nanobrain/runtime/session.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace {

std::atomic<int64_t> allocations{0};

void* counted(size_t size, size_t alignment) {
  ++allocations;
  size = (size + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, size)) return memory;
  throw std::bad_alloc();
}

} // namespace

void* operator new(size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<size_t>(alignment));
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

namespace nanobrain {
namespace {

TEST(Allocation, OnlyTheConstructorOfASessionAllocates) {
  const auto model = testing::Int8Model().load();
  for (const int64_t threads : {1, 2}) {
    const auto pool = std::make_shared<ThreadPool>(threads);
    const auto ids = testing::random_ids(50, 101);
    std::vector<float> logits(50 * 101), losses(50);
    const int64_t before = allocations;
    Session session(model, pool);
    const int64_t constructed = allocations;
    EXPECT_GT(constructed, before);
    for (int i = 0; i < 3; ++i) { // past the context
      session.feed(ids);
      session.logits();
    }
    for (int i = 0; i < 120; ++i) {
      const TokenId next = session.argmax();
      session.feed({&next, 1});
    }
    session.forward(ids, logits.data());
    session.score(ids, ids, losses);
    session.reset();
    EXPECT_EQ(allocations, constructed);
  }
}

} // namespace
} // namespace nanobrain
