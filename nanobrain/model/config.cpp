#include "nanobrain/model/config.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/nearest.h"

namespace nanobrain {

namespace {

constexpr int64_t kLargestDimension = int64_t{1} << 24;

void require_dimension(const char* key, int64_t value) {
  require<UsageError>(
      value >= 1 && value <= kLargestDimension,
      "model",
      "{} must be from 1 to {}, but is {}",
      key,
      kLargestDimension,
      value);
}

} // namespace

void ModelConfig::validate() const {
  require_dimension("num_layers", num_layers);
  require_dimension("num_heads", num_heads);
  require_dimension("model_dim", model_dim);
  require_dimension("ffn_dim", ffn_dim);
  require_dimension("vocab_size", vocab_size);
  require_dimension("max_seq_len", max_seq_len);
  require<UsageError>(
      model_dim % num_heads == 0,
      "model",
      "num_heads must divide model_dim, but {} does not divide {}",
      num_heads,
      model_dim);
  require<UsageError>(
      activation == "gelu" || activation == "gelu_new",
      "model",
      "activation must be gelu (erf) or gelu_new (tanh), but is \"{}\"{}",
      activation,
      suggest_name(activation, {"gelu", "gelu_new"}));
  require<UsageError>(
      layer_norm_epsilon > 0 && layer_norm_epsilon < 1,
      "model",
      "layer_norm_epsilon must be between 0 and 1, but is {}",
      layer_norm_epsilon);
}

ParameterCounts count_parameters(const ModelConfig& config) {
  const int64_t c = config.model_dim;
  const int64_t f = config.ffn_dim;
  const int64_t norm = 2 * c;
  const int64_t matrices = 3 * c * c + c * c + 2 * c * f; // qkv, proj, ffn
  const int64_t biases = config.bias ? 3 * c + c + f + c : 0;
  return {
      .embedder = config.vocab_size * c,
      .positions = config.max_seq_len * c,
      .blocks = config.num_layers * (2 * norm + matrices + biases),
      .final_norm = norm};
}

} // namespace nanobrain
