#include "nanobrain/data/window_sampler.h"

#include <algorithm>
#include <set>
#include <vector>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

/// At least seq_len - 1 tokens are left, so that every cut is possible.
int64_t windows_of(int64_t tokens, int64_t seq_len) {
  return std::max<int64_t>(1, (tokens - seq_len) / seq_len);
}

std::vector<int64_t> epoch_of(
    const WindowSampler& sampler, int64_t windows, int64_t epoch) {
  std::vector<int64_t> begins;
  for (int64_t i = 0; i < windows; ++i) {
    begins.push_back(sampler.window_begin(epoch * windows + i));
  }
  return begins;
}

TEST(WindowSampler, EveryWindowExactlyOnceAnEpochAndInsideTheFile) {
  for (int64_t seq_len = 1; seq_len <= 9; ++seq_len) {
    for (int64_t tokens = seq_len + 1; tokens <= 150; ++tokens) {
      const WindowSampler sampler(tokens, seq_len, 7);
      const int64_t windows = windows_of(tokens, seq_len);
      for (int64_t epoch = 0; epoch < 3; ++epoch) {
        std::vector<int64_t> begins = epoch_of(sampler, windows, epoch);
        std::ranges::sort(begins);
        ASSERT_GE(begins.front(), 0);
        // The last target is the token after the window.
        ASSERT_LE(begins.back() + seq_len, tokens - 1);
        for (size_t i = 1; i < begins.size(); ++i) {
          ASSERT_EQ(begins[i] - begins[i - 1], seq_len)
              << tokens << " tokens in windows of " << seq_len;
        }
      }
    }
  }
}

TEST(WindowSampler, IsAPureFunctionOfSeedAndIndex) {
  const WindowSampler two(100000, 64, 5);
  for (int64_t i = 5000; i >= 0; i -= 7) { // in another order
    EXPECT_EQ(
        two.window_begin(i), WindowSampler(100000, 64, 5).window_begin(i));
  }
  const auto batch = WindowSampler(100000, 64, 5).draw(12 * 32, 32);
  ASSERT_EQ(batch.size(), 32u);
  for (int64_t i = 0; i < 32; ++i) {
    EXPECT_EQ(batch[static_cast<size_t>(i)], two.window_begin(12 * 32 + i));
  }
}

TEST(WindowSampler, EpochsAndSeedsDifferInOrderAndInCuts) {
  const WindowSampler sampler(100000, 64, 5);
  const int64_t windows = windows_of(100000, 64);
  const auto first = epoch_of(sampler, windows, 0);
  const auto second = epoch_of(sampler, windows, 1);
  const auto other = epoch_of(WindowSampler(100000, 64, 6), windows, 0);
  const auto order = [](std::vector<int64_t> begins) {
    const int64_t smallest = std::ranges::min(begins);
    for (int64_t& begin : begins) begin -= smallest;
    return begins;
  };
  EXPECT_NE(order(first), order(second));
  EXPECT_NE(order(first), order(other));
  std::set<int64_t> offsets;
  for (int64_t epoch = 0; epoch < 50; ++epoch) {
    offsets.insert(sampler.window_begin(epoch * windows) % 64);
  }
  // 50 draws out of 64 offsets: 35 different ones are expected, and fewer than
  // 20 have a probability under 1e-8.
  EXPECT_GT(offsets.size(), 20u);
}

TEST(WindowSampler, CoversTheTargetsOfItsWindows) {
  const int64_t seq_len = 8;
  for (const int64_t windows : {1, 5, 40, 123, 1000}) {
    const WindowSampler sampler(1000, seq_len, 3);
    std::set<int64_t> targets;
    for (int64_t i = 0;
         i < std::min<int64_t>(windows, 2 * windows_of(1000, seq_len));
         ++i) {
      const int64_t begin = sampler.window_begin(i);
      for (int64_t t = 1; t <= seq_len; ++t) targets.insert(begin + t);
    }
    std::set<int64_t> covered;
    int64_t last = -1;
    for (const auto& [begin, end] : sampler.covered(windows)) {
      EXPECT_GT(begin, last); // or they would be one range
      last = end - 1;
      for (int64_t t = begin + 1; t < end; ++t) covered.insert(t);
    }
    EXPECT_EQ(covered, targets) << windows;
  }
}

TEST(WindowSampler, FirstAndLastTokenAreReached) {
  const WindowSampler sampler(83, 8, 3);
  bool first = false;
  bool last = false;
  for (int64_t epoch = 0; epoch < 200; ++epoch) {
    for (const int64_t begin : epoch_of(sampler, windows_of(83, 8), epoch)) {
      first |= begin == 0;
      last |= begin + 8 == 82;
    }
  }
  EXPECT_TRUE(first);
  EXPECT_TRUE(last);
}

TEST(WindowSampler, TheFirstBatchIsSpreadOverTheFile) {
  // 4000 draws of 64,000 windows into 10 bins of 400 expected each; without
  // replacement the deviation is below sqrt(400 * 0.9) = 19: five of those.
  const int64_t seq_len = 16;
  const int64_t tokens = 64001 * seq_len;
  const WindowSampler sampler(tokens, seq_len, 42);
  std::vector<int> bins(10, 0);
  for (const int64_t begin : sampler.draw(0, 4000)) {
    bins[static_cast<size_t>(begin * 10 / tokens)] += 1;
  }
  for (const int count : bins) EXPECT_NEAR(count, 400, 95);
  // Neighbours in the order are no neighbours in the file: a random order has
  // 5000 x 20 / 64000 = 1.6 such pairs.
  int close = 0;
  for (int64_t i = 0; i < 5000; ++i) {
    const int64_t step = sampler.window_begin(i) - sampler.window_begin(i + 1);
    close += std::abs(step) <= 10 * seq_len;
  }
  EXPECT_LT(close, 12);
}

TEST(WindowSampler, AFileWithoutAWholeWindowIsAnError) {
  EXPECT_ERROR(
      Error,
      "a window of 256 tokens needs a file of at least 257 tokens, but it has "
      "256",
      WindowSampler(256, 256, 0));
  EXPECT_EQ(WindowSampler(257, 256, 0).window_begin(0), 0);
  EXPECT_ERROR(Error, "seq_len must be positive", WindowSampler(10, 0, 0));
}

} // namespace
} // namespace nanobrain
