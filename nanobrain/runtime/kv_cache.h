// Keys and values of the tokens that a sequence has read.
#pragma once

#include <cstdint>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/config/model_config.h"
#include "nanobrain/runtime/float_ops.h"

namespace nanobrain {

/// Room for max_seq_len tokens in every layer, in the order that attention
/// reads them: see AttentionHeads.
class KeyValueCache {
 public:
  explicit KeyValueCache(const ModelConfig& config);

  /// Keys and values, (C) each, of the token at `position`.
  void put(
      int64_t layer, int64_t position, const float* keys, const float* values);
  AttentionHeads layer(int64_t layer) const;

  /// Whether a sequence of such a model takes at most `bytes`.
  static bool fits(const ModelConfig& config, int64_t bytes);

 private:
  int64_t num_heads_, head_dim_;
  int64_t value_stride_;          // head_dim, a multiple of 16
  int64_t key_size_, value_size_; // floats of a head
  AlignedBuffer<float> keys_, values_;
};

} // namespace nanobrain
