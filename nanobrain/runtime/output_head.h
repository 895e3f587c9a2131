// What the tied output head makes of quantized rows, on all threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/runtime/int8_kernels.h"
#include "nanobrain/runtime/model.h"
#include "nanobrain/runtime/thread_pool.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// A thread takes the same part of the vocabulary every time, so that its part
/// of the weights stays in its cache. Results do not depend on the number of
/// threads. Only the constructor allocates.
class OutputHead {
 public:
  OutputHead(const RuntimeModel& model, ThreadPool& pool);

  /// (rows, V), row-major.
  void logits(const QuantizedRows& x, float* out);
  /// The largest logit's token, the first of equal ones, of one row. Error
  /// where it is not finite.
  TokenId argmax(const QuantizedRows& row);
  /// -ln p(target) of each row; 0 for negative targets. At most max_seq_len
  /// rows. Error if one is not finite.
  void losses(
      const QuantizedRows& x,
      std::span<const TokenId> targets,
      std::span<float> losses);

 private:
  /// Sums of exponentials are taken over so many parts of the vocabulary,
  /// whatever the number of threads.
  static constexpr int64_t kParts = 16;
  struct alignas(64) Best {
    float value = 0;
    int64_t index = 0;
  };

  const PackedMatrix& weight_;
  ThreadPool& pool_;
  const Int8Kernels& int8_;
  int64_t max_rows_;
  std::vector<Best> best_;       // one for each thread
  std::vector<float> reference_; // (kParts, rows), as add_exp has it
  std::vector<double> sum_;      // (kParts, rows)
};

} // namespace nanobrain
