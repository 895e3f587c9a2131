// A pre-LayerNorm causal transformer with learned positions and a head tied to
// the embedder: the Nano Brain and GPT-2 are two configs of it.
// Radford et al. 2019; members carry the names of the Hugging Face checkpoint.
//
// B batch, T sequence, C model_dim, nh heads, hs head size, V vocabulary.
#pragma once

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/normalization.h>

#include <cstdint>
#include <optional>

#include "nanobrain/config/model_config.h"
#include "nanobrain/model/block.h"

namespace nanobrain {

class NanoLMImpl : public torch::nn::Module {
 public:
  /// Matrices start from normal(0, 1/sqrt(fan_in)) (model_dim for embedder and
  /// positions), norms from 1 and 0, biases from 0, drawn from a generator of
  /// their own. Without a seed the matrices are left unset, for a reader.
  explicit NanoLMImpl(
      const ModelConfig& config, std::optional<uint64_t> seed = 42);

  /// Hidden states after the final norm. (B, T) int64 -> (B, T, C).
  /// With a cache the ids follow those that it holds. Error if the sequence is
  /// longer than max_seq_len or an id on a CPU is out of the vocabulary. Ids on
  /// a device are not read back, which would wait for it: see to_device().
  torch::Tensor hidden(const torch::Tensor& ids, KVCache* cache = nullptr);
  /// The two halves of hidden(): token and position rows, then blocks and final
  /// norm. (B, T) -> (B, T, C); (B, T, C) -> (B, T, C)
  torch::Tensor embed(const torch::Tensor& ids, const KVCache* cache = nullptr);
  torch::Tensor body(const torch::Tensor& embedded, KVCache* cache = nullptr);
  /// All logits. (B, T) -> (B, T, V)
  torch::Tensor forward(const torch::Tensor& ids);
  /// Logits of hidden states. (..., C) -> (..., V)
  torch::Tensor logits(const torch::Tensor& hidden);

  const ModelConfig& config() const { return config_; }
  torch::Device device() const { return wte->weight.device(); }
  /// Ids in memory, moved to the model's device. Error if one is out of the
  /// vocabulary, where that device is no CPU: there hidden() looks.
  torch::Tensor to_device(const torch::Tensor& ids) const;

  torch::nn::Embedding wte{nullptr};
  torch::nn::Embedding wpe{nullptr};
  torch::nn::ModuleList h{nullptr};
  torch::nn::LayerNorm ln_f{nullptr};

 private:
  void draw_weights(uint64_t seed);
  void check_shape(const torch::Tensor& ids, const KVCache* cache) const;
  void check_ids(const torch::Tensor& ids) const;
  void prepare(KVCache& cache, int64_t batch) const;

  ModelConfig config_;
};
TORCH_MODULE(NanoLM);

} // namespace nanobrain
