// The dimensions of a causal language model.
#pragma once

#include <cstdint>
#include <string>

#include "nanobrain/base/limits.h"

namespace nanobrain {

struct ModelConfig {
  int64_t num_layers = 2;
  int64_t num_heads = 4;
  int64_t model_dim = 64;
  int64_t ffn_dim = 256;
  int64_t vocab_size = 32294;
  int64_t max_seq_len = 256;
  bool bias = false;
  std::string activation = "gelu";
  double layer_norm_epsilon = 1e-5;

  // The upper bounds are far above any use: a slip of the keyboard is reported
  // before memory runs out, and no count of parameters overflows.
  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(num_layers, "transformer blocks", from_to(1, 1 << 12));
    FIELD(
        num_heads,
        "attention heads; must divide model_dim",
        from_to(1, 1 << 16));
    FIELD(model_dim, "width of the residual stream", from_to(1, 1 << 16));
    FIELD(ffn_dim, "width of the feed-forward layer", from_to(1, 1 << 20));
    FIELD(
        vocab_size,
        "tokens; the tokenizer's where left out",
        from_to(1, 1 << 24));
    FIELD(
        max_seq_len,
        "learned positions, the context length",
        from_to(1, 1 << 24));
    FIELD(bias, "biases in Linear layers (LayerNorms always have one)");
    FIELD(
        activation,
        "gelu is by erf, gelu_new by tanh",
        one_of({"gelu", "gelu_new"}));
    FIELD(layer_norm_epsilon, "added to the variance", between(0, 1));
  }

  int64_t head_dim() const { return model_dim / num_heads; }
  /// GELU by its tanh formula, else by erf.
  bool gelu_tanh() const { return activation == "gelu_new"; }
  /// UsageError that names the key where a value cannot be.
  void validate() const;
  bool operator==(const ModelConfig&) const = default;
};

} // namespace nanobrain
