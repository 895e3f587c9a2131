#include "nanobrain/runtime/config.h"

#include <cmath>
#include <limits>

#include "nanobrain/base/error.h"
#include "nanobrain/runtime/kv_cache.h"

namespace nanobrain {

namespace {

/// Above it, 255 * 127 * inputs would not fit the int32 of a dot product.
constexpr int64_t kMostInputs = 65'536;
constexpr int64_t kMostCacheBytes = int64_t{4} << 30;

void require_range(
    int64_t value, int64_t most, const char* key, std::string_view where) {
  require(
      value >= 1 && value <= most,
      where,
      "{} must be from 1 to {}, but is {}",
      key,
      most,
      value);
}

bool is_gelu_tanh(const std::string& activation, std::string_view where) {
  if (activation == "gelu") return false;
  require(
      activation == "gelu_new" || activation == "gelu_pytorch_tanh",
      where,
      "activation_function must be gelu, gelu_new or gelu_pytorch_tanh, but "
      "is {}",
      activation);
  return true;
}

} // namespace

RuntimeConfig runtime_config(const Gpt2Config& file, std::string_view where) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  require_range(file.num_layers, kMostInputs, "n_layer", where);
  require_range(file.num_heads, kMostInputs, "n_head", where);
  require_range(file.model_dim, kMostInputs, "n_embd", where);
  require_range(file.ffn_dim, kMostInputs, "n_inner", where);
  require_range(file.vocab_size, kMost, "vocab_size", where);
  require_range(file.max_seq_len, kMost, "n_positions", where);
  require(
      file.model_dim % file.num_heads == 0,
      where,
      "n_head is {}, which does not divide n_embd, {}",
      file.num_heads,
      file.model_dim);
  require(
      std::isfinite(file.layer_norm_epsilon) && file.layer_norm_epsilon > 0,
      where,
      "layer_norm_epsilon must be above 0, but is {}",
      file.layer_norm_epsilon);
  require(
      file.end_of_text >= -1 && file.end_of_text < file.vocab_size,
      where,
      "eos_token_id is {}, but the vocabulary has {} tokens",
      file.end_of_text,
      file.vocab_size);
  RuntimeConfig config{
      .num_layers = file.num_layers,
      .num_heads = file.num_heads,
      .model_dim = file.model_dim,
      .ffn_dim = file.ffn_dim,
      .vocab_size = file.vocab_size,
      .max_seq_len = file.max_seq_len,
      .gelu_tanh = is_gelu_tanh(file.activation, where),
      .layer_norm_epsilon = file.layer_norm_epsilon,
      .end_of_text = file.end_of_text};
  require(
      KeyValueCache::fits(config, kMostCacheBytes),
      where,
      "keys and values of {} layers of {} x {} take more than {} bytes",
      config.num_layers,
      config.max_seq_len,
      config.model_dim,
      kMostCacheBytes);
  return config;
}

} // namespace nanobrain
