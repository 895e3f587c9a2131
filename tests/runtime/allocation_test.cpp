// A session allocates in its constructor alone.
#include "nanobrain/runtime/session.h"
#include "tests/runtime/counted_new.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Allocation, OnlyTheConstructorOfASessionAllocates) {
  const auto model = testing::Int8Model().load();
  for (const int64_t threads : {1, 2}) {
    const auto pool = std::make_shared<ThreadPool>(threads);
    const auto ids = testing::random_ids(50, 101);
    std::vector<float> logits(50 * 101), losses(50);
    const int64_t before = testing::allocations;
    Session session(model, pool);
    const int64_t constructed = testing::allocations;
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
    EXPECT_EQ(testing::allocations, constructed);
  }
}

} // namespace
} // namespace nanobrain
