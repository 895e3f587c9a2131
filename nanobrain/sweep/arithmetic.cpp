#include "nanobrain/sweep/arithmetic.h"

namespace nanobrain {

namespace {

/// Weights of a block's four matrices.
int64_t block_weights(const ModelConfig& m) {
  return 4 * m.model_dim * m.model_dim + 2 * m.model_dim * m.ffn_dim;
}

/// Output features of a block's four matrices.
int64_t block_features(const ModelConfig& m) {
  return 3 * m.model_dim + m.model_dim + m.ffn_dim + m.model_dim;
}

} // namespace

ModelBytes count_model_bytes(const ModelConfig& m) {
  constexpr int64_t kF32 = 4;
  constexpr int64_t kF16 = 2;
  const ParameterCounts counts = count_parameters(m);
  const int64_t norms = (2 * m.num_layers + 1) * 2 * m.model_dim;
  const int64_t biases = m.bias ? m.num_layers * block_features(m) : 0;
  const int64_t matrices = counts.embedder + m.num_layers * block_weights(m);
  const int64_t scales = m.vocab_size + m.num_layers * block_features(m);
  return {
      .f32 = kF32 * counts.total(),
      .int8 = matrices + kF32 * (scales + norms + biases) +
              kF16 * counts.positions};
}

int64_t forward_flops_per_token(const ModelConfig& m, int64_t seq_len) {
  const int64_t weights =
      m.num_layers * block_weights(m) + m.vocab_size * m.model_dim;
  const int64_t attention = m.num_layers * (seq_len + 1) * m.model_dim;
  return 2 * (weights + attention);
}

double training_flops(const RunConfig& config) {
  const auto forward = static_cast<double>(
      forward_flops_per_token(config.model, config.train.seq_len));
  const auto tokens = static_cast<double>(config.tokens_per_step()) *
                      static_cast<double>(config.train.steps);
  return 3 * forward * tokens;
}

} // namespace nanobrain
