#include "nanobrain/runtime/thread_pool.h"

#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(ThreadPool, EveryPartRunsOnceACallTheCallersIsZero) {
  const auto caller = std::this_thread::get_id();
  for (const int64_t threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    std::vector<int> calls(static_cast<size_t>(threads));
    constexpr int kRounds = 2000;
    for (int round = 0; round < kRounds; ++round) {
      pool.run([&](int64_t part, int64_t parts) {
        ASSERT_EQ(parts, threads);
        ASSERT_EQ(part == 0, std::this_thread::get_id() == caller);
        ++calls[static_cast<size_t>(part)]; // no two threads have one part
      });
    }
    EXPECT_THAT(calls, ::testing::Each(kRounds));
  }
}

TEST(ThreadPool, PartsRunAtTheSameTime) {
  ThreadPool pool(3);
  std::barrier all(3); // fewer threads than three would wait for ever
  pool.run([&](int64_t, int64_t) { all.arrive_and_wait(); });
}

TEST(ThreadPool, SleepingThreadsAreWoken) {
  ThreadPool pool(2);
  std::atomic<int> calls{0};
  for (int i = 0; i < 5; ++i) {
    // Far longer than the threads spin, before and within a call.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pool.run([&](int64_t part, int64_t) {
      if (part == i % 2) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      ++calls;
    });
    EXPECT_EQ(calls, 2 * (i + 1));
  }
}

TEST(ThreadPool, CallsOfSeveralThreadsTakeTurns) {
  ThreadPool pool(2);
  int64_t sums[2] = {}; // one for each part: unsynchronised but for the turns
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        for (int round = 0; round < 500; ++round) {
          pool.run([&](int64_t part, int64_t) { ++sums[part]; });
        }
      });
    }
  }
  EXPECT_EQ(sums[0], 2000);
  EXPECT_EQ(sums[1], 2000);
}

TEST(ThreadPool, EndsWithoutACallAndSoonAfterOne) {
  for (int i = 0; i < 50; ++i) {
    ThreadPool idle(3);
    ThreadPool busy(3);
    busy.run([](int64_t, int64_t) {});
  }
}

TEST(ThreadPool, ZeroStandsForAllProcessorsOthersAreOutOfRange) {
  EXPECT_EQ(ThreadPool(0).threads(), available_cpus());
  for (const int64_t bad : {-1, 1025}) {
    EXPECT_ERROR(UsageError, "must be from 0 (all) to 1024", ThreadPool{bad});
  }
}

} // namespace
} // namespace nanobrain
