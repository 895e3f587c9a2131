// A pre-LayerNorm causal transformer with learned positions and a head tied to
// the embedder: the Nano Brain and GPT-2 are two configs of it.
// Radford et al. 2019; members carry the names of the Hugging Face checkpoint.
//
// B batch, T sequence, C model_dim, nh heads, hs head size, V vocabulary.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "nanobrain/model/block.h"
#include "nanobrain/model/config.h"
#include "nanobrain/model/kv_cache.h"

namespace nanobrain {

class NanoLMImpl : public torch::nn::Module {
 public:
  /// Weights start from normal(0, 1/sqrt(fan_in)) (model_dim for embedder and
  /// positions), norms from 1 and 0, drawn from a generator of their own.
  explicit NanoLMImpl(const ModelConfig& config, uint64_t seed = 42);

  /// Hidden states after the final norm. (B, T) int64 -> (B, T, C).
  /// With a cache the ids follow those that it holds.
  torch::Tensor hidden(const torch::Tensor& ids, KVCache* cache = nullptr);
  /// All logits. (B, T) -> (B, T, V)
  torch::Tensor forward(const torch::Tensor& ids);
  /// Logits of hidden states. (..., C) -> (..., V)
  torch::Tensor logits(const torch::Tensor& hidden);

  const ModelConfig& config() const { return config_; }

  torch::nn::Embedding wte{nullptr};
  torch::nn::Embedding wpe{nullptr};
  torch::nn::ModuleList h{nullptr};
  torch::nn::LayerNorm ln_f{nullptr};

 private:
  ModelConfig config_;
};
TORCH_MODULE(NanoLM);

} // namespace nanobrain
