#include "nanobrain/base/parallel.h"

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <vector>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(ParallelFor, TakesEachIndexOnce) {
  for (const int64_t threads : {0, 1, 2, 7, 1000}) {
    for (const int64_t count : {0, 1, 5, 300}) {
      std::vector<std::atomic<int>> calls(static_cast<size_t>(count));
      parallel_for(
          count, threads, [&](int64_t i) { ++calls[static_cast<size_t>(i)]; });
      for (const auto& n : calls) ASSERT_EQ(n, 1);
    }
  }
}

TEST(ParallelFor, RunsOnAsManyThreadsAsAskedFor) {
  std::barrier all(3); // fewer threads than three would wait for ever
  parallel_for(3, 3, [&](int64_t) { all.arrive_and_wait(); });
}

TEST(ParallelFor, PassesOnAnExceptionAfterAllHaveStopped) {
  std::atomic<int> running{0};
  const auto body = [&](int64_t i) {
    ++running;
    if (i == 5) {
      --running;
      throw std::runtime_error("five");
    }
    --running;
  };
  try {
    parallel_for(1'000'000, 3, body);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "five");
    EXPECT_EQ(running, 0);
  }
}

TEST(ResolveThreads, RefusesWhatNoMachineCanRun) {
  EXPECT_GE(resolve_threads(0), 1);
  EXPECT_EQ(resolve_threads(1024), 1024);
  EXPECT_ERROR(
      UsageError,
      "[train.threads] must be from 0 (all) to 1024, but is 1025",
      resolve_threads(1025, "train.threads"));
  EXPECT_ERROR(UsageError, "[--threads]", resolve_threads(-1));
  EXPECT_ERROR(
      UsageError, "[--threads]", parallel_for(1, 100'000, [](int64_t) {}));
}

} // namespace
} // namespace nanobrain
