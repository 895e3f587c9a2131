// config.json of a Hugging Face GPT-2 folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// What the file says: types are checked, values are not. The names are those
/// of our configurations.
struct Gpt2Config {
  int64_t num_layers = 0;
  int64_t num_heads = 0;
  int64_t model_dim = 0;
  int64_t ffn_dim = 0; // four times model_dim where the file has none
  int64_t vocab_size = 0;
  int64_t max_seq_len = 0;
  bool bias = true; // nanobrain's own key
  std::string activation = "gelu_new";
  double layer_norm_epsilon = 1e-5;
  int64_t end_of_text = -1; // eos_token_id; -1: none
};

/// Error that names `where` and the key where one is missing or of the wrong
/// type, or where the file describes another model than GPT-2 (scaled
/// attention, a head of its own, ...).
Gpt2Config read_gpt2_config(const Json& json, std::string_view where);

} // namespace nanobrain
