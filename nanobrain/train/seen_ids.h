// Which ids of the vocabulary a run has met.
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/model/gradient_pass.h"
#include "nanobrain/train/inputs.h"

namespace nanobrain {

class SeenIds {
 public:
  /// None yet.
  explicit SeenIds(int64_t vocab_size)
      : seen_(static_cast<size_t>(vocab_size)), never_seen_(vocab_size) {}

  /// Inputs and targets of a batch in memory.
  void add(const Batch& batch);
  /// Ids in none of the batches: rows of the embedder that only the softmax
  /// and weight decay have moved.
  int64_t never_seen() const { return never_seen_; }

 private:
  std::vector<char> seen_; // by id
  int64_t never_seen_;
};

/// What a run has met after `steps` steps: what it draws is a function of the
/// step, so no checkpoint needs to hold it.
SeenIds seen_after(
    int64_t steps, const BatchSource& batches, const RunConfig& config);

} // namespace nanobrain
