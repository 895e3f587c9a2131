#include "nanobrain/data/window_sampler.h"

#include <algorithm>
#include <bit>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"

namespace nanobrain {
namespace {

/// A bijection of [0, n) chosen by `key`: a balanced Feistel network with cycle
/// walking (Black and Rogaway 2002), at most four rounds on average.
uint64_t permute(uint64_t value, uint64_t n, uint64_t key) {
  constexpr int kRounds = 6;
  const auto bits = static_cast<int>(std::bit_width(n - 1));
  const int half_bits = std::max(1, (bits + 1) / 2);
  const uint64_t mask = (uint64_t{1} << half_bits) - 1;
  do {
    uint64_t left = value >> half_bits;
    uint64_t right = value & mask;
    for (uint64_t round = 0; round < kRounds; ++round) {
      const uint64_t mixed = mix64(key + mix64(right + (round << 32)));
      const uint64_t next = left ^ (mixed & mask);
      left = right;
      right = next;
    }
    value = (left << half_bits) | right;
  } while (value >= n);
  return value;
}

} // namespace

// A window takes seq_len + 1 tokens, the last of them the next one's first. One
// window less than would fit leaves at least seq_len - 1 tokens to shift by,
// so that every cut is possible and every epoch has the same number of windows.
WindowSampler::WindowSampler(int64_t tokens, int64_t seq_len, uint64_t seed)
    : tokens_(tokens), seq_len_(seq_len), seed_(seed) {
  require(
      seq_len > 0, "sampler", "seq_len must be positive, but is {}", seq_len);
  require(
      tokens > seq_len,
      "sampler",
      "a window of {} tokens needs a file of at least {} tokens, but it has "
      "{}; give more text or a smaller seq_len",
      seq_len,
      seq_len + 1,
      tokens);
  windows_ = std::max<int64_t>(1, (tokens - seq_len) / seq_len);
}

int64_t WindowSampler::window_begin(int64_t index) const {
  const int64_t epoch = index / windows_;
  const int64_t slack = tokens_ - 1 - windows_ * seq_len_;
  Random random(mix64(seed_) + static_cast<uint64_t>(epoch));
  const uint64_t offset = random.below(static_cast<uint64_t>(slack) + 1);
  const uint64_t window = permute(
      static_cast<uint64_t>(index % windows_),
      static_cast<uint64_t>(windows_),
      random());
  return static_cast<int64_t>(offset) + static_cast<int64_t>(window) * seq_len_;
}

std::vector<int64_t> WindowSampler::draw(int64_t index, int64_t count) const {
  std::vector<int64_t> begins;
  begins.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    begins.push_back(window_begin(index + i));
  }
  return begins;
}

std::vector<TokenRange> WindowSampler::covered(int64_t windows) const {
  std::vector<int64_t> begins;
  for (int64_t i = 0; i < std::min(windows, 2 * windows_); ++i) {
    begins.push_back(window_begin(i));
  }
  std::ranges::sort(begins);
  std::vector<TokenRange> ranges;
  for (const int64_t begin : begins) {
    const int64_t end = begin + seq_len_ + 1; // with the last target
    if (ranges.empty() || begin >= ranges.back().end) {
      ranges.push_back({begin, end});
    } else {
      ranges.back().end = end;
    }
  }
  return ranges;
}

} // namespace nanobrain
