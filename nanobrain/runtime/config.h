// The dimensions of an int8 model.
#pragma once

#include <cstdint>
#include <string_view>

#include "nanobrain/runtime/gpt2_config.h"

namespace nanobrain {

struct RuntimeConfig {
  int64_t num_layers = 0;
  int64_t num_heads = 0;
  int64_t model_dim = 0;
  int64_t ffn_dim = 0;
  int64_t vocab_size = 0;
  int64_t max_seq_len = 0;
  bool gelu_tanh = false; // else erf
  double layer_norm_epsilon = 1e-5;
  int64_t end_of_text = -1; // eos_token_id; -1: none

  int64_t head_dim() const { return model_dim / num_heads; }
};

/// Error that names `where` and the key where the engine cannot run the model:
/// dimensions are 1 or more, heads divide the width, sums of products fit int32
/// and the keys and values of a sequence 4 GiB.
RuntimeConfig runtime_config(const Gpt2Config& file, std::string_view where);

} // namespace nanobrain
