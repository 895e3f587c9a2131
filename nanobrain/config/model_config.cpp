#include "nanobrain/config/model_config.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/config/parameters.h"

namespace nanobrain {

namespace {

// Bounds far above what this program is for: a slip of the keyboard is told
// before memory runs out, and no count of parameters overflows.
constexpr int64_t kMostLayers = int64_t{1} << 12;
constexpr int64_t kWidest = int64_t{1} << 16;
constexpr int64_t kWidestFfn = int64_t{1} << 20;
constexpr int64_t kMostTokens = int64_t{1} << 24;
constexpr int64_t kMostParameters = int64_t{1} << 33;

void require_dimension(const char* key, int64_t value, int64_t most) {
  require<UsageError>(
      value >= 1 && value <= most,
      "model",
      "{} must be from 1 to {}, but is {}",
      key,
      most,
      value);
}

} // namespace

void ModelConfig::validate() const {
  require_dimension("num_layers", num_layers, kMostLayers);
  require_dimension("num_heads", num_heads, kWidest);
  require_dimension("model_dim", model_dim, kWidest);
  require_dimension("ffn_dim", ffn_dim, kWidestFfn);
  require_dimension("vocab_size", vocab_size, kMostTokens);
  require_dimension("max_seq_len", max_seq_len, kMostTokens);
  const int64_t parameters = count_parameters(*this);
  require<UsageError>(
      parameters <= kMostParameters,
      "model",
      "has {} parameters, more than {}; make it narrower or shallower",
      parameters,
      kMostParameters);
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

} // namespace nanobrain
