// Which windows of a token file make up the batch of a step.
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/data/token_file.h"

namespace nanobrain {

/// Cuts a file of `tokens` ids into disjoint windows of `seq_len` inputs (and
/// the token after them), shifts the cuts by a per-epoch offset, and visits
/// each once an epoch in a pseudo-random order. A pure function of (seed,
/// index), a keyed permutation, so that a run resumes from its step alone.
class WindowSampler {
 public:
  /// Error if the file holds no whole window.
  WindowSampler(int64_t tokens, int64_t seq_len, uint64_t seed);

  /// First token of the `index`-th window drawn since the start of training.
  int64_t window_begin(int64_t index) const;
  /// The first tokens of `count` windows, the `index`-th and on.
  std::vector<int64_t> draw(int64_t index, int64_t count) const;
  /// What the first `windows` windows cover, ascending; the first token of a
  /// range is no target. Of more than two epochs two are taken: the others add
  /// less than a window at either end of the file.
  std::vector<TokenRange> covered(int64_t windows) const;

 private:
  int64_t tokens_;
  int64_t seq_len_;
  int64_t windows_;
  uint64_t seed_;
};

} // namespace nanobrain
