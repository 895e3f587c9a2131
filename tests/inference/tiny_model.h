// A model small enough for exact references.
#pragma once

#include "nanobrain/model/nano_lm.h"

namespace nanobrain::testing {

/// Over ByteTokenizer's ids, or those of another.
inline NanoLM tiny_model(
    int64_t max_seq_len = 12,
    int64_t vocab_size = 257,
    int64_t model_dim = 16) {
  ModelConfig config;
  config.num_layers = 2;
  config.num_heads = 2;
  config.model_dim = model_dim;
  config.ffn_dim = 32;
  config.vocab_size = vocab_size;
  config.max_seq_len = max_seq_len;
  return NanoLM(config, 3);
}

} // namespace nanobrain::testing
