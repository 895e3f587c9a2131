// A model small enough for exact references, over ByteTokenizer's ids.
#pragma once

#include "nanobrain/model/nano_lm.h"

namespace nanobrain::testing {

inline NanoLM tiny_model(int64_t max_seq_len = 12) {
  ModelConfig config;
  config.num_layers = 2;
  config.num_heads = 2;
  config.model_dim = 16;
  config.ffn_dim = 32;
  config.vocab_size = 257;
  config.max_seq_len = max_seq_len;
  return NanoLM(config, 3);
}

} // namespace nanobrain::testing
