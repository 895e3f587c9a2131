#include "nanobrain/model/nano_lm.h"

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/ranges.h>

#include <cmath>

#include "nanobrain/base/error.h"

namespace nanobrain {

using torch::Tensor;

namespace {

/// An embedding whose weights are left unset, unlike torch::nn's own.
torch::nn::Embedding make_embedding(int64_t rows, int64_t dim) {
  return torch::nn::Embedding(torch::nn::EmbeddingOptions(rows, dim)._weight(
      torch::empty({rows, dim})));
}

} // namespace

NanoLMImpl::NanoLMImpl(const ModelConfig& config, std::optional<uint64_t> seed)
    : config_(config) {
  config.validate();
  const int64_t C = config.model_dim;
  wte = register_module("wte", make_embedding(config.vocab_size, C));
  wpe = register_module("wpe", make_embedding(config.max_seq_len, C));
  h = register_module("h", torch::nn::ModuleList());
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    h->push_back(Block(config, layer));
  }
  ln_f = register_module("ln_f", make_layer_norm(config));
  if (seed) draw_weights(*seed);
}

void NanoLMImpl::draw_weights(uint64_t seed) {
  const torch::NoGradGuard no_grad;
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  for (Tensor& parameter : parameters()) {
    if (parameter.dim() == 2) { // every matrix is (out, in): fan_in comes last
      const double fan_in = static_cast<double>(parameter.size(1));
      parameter.normal_(0.0, 1.0 / std::sqrt(fan_in), generator);
    }
  }
}

Tensor NanoLMImpl::embed(const Tensor& ids, const KVCache* cache) {
  check_shape(ids, cache);
  if (ids.is_cpu()) check_ids(ids);
  const int64_t begin = cache != nullptr ? cache->length : 0;
  return wte->forward(ids) +
         wpe->weight.narrow(0, begin, ids.size(1)); // (B, T, C)
}

Tensor NanoLMImpl::body(const Tensor& embedded, KVCache* cache) {
  if (cache != nullptr) prepare(*cache, embedded.size(0));
  Tensor x = embedded; // (B, T, C)
  for (const auto& block : *h) x = block->as<Block>()->forward(x, cache);
  if (cache != nullptr) cache->length += embedded.size(1);
  return ln_f->forward(x);
}

Tensor NanoLMImpl::hidden(const Tensor& ids, KVCache* cache) {
  return body(embed(ids, cache), cache);
}

Tensor NanoLMImpl::forward(const Tensor& ids) {
  return logits(hidden(ids));
}

Tensor NanoLMImpl::logits(const Tensor& hidden) {
  return torch::linear(hidden, wte->weight);
}

Tensor NanoLMImpl::to_device(const Tensor& ids) const {
  if (device().is_cpu()) return ids;
  check_ids(ids);
  return ids.to(device());
}

void NanoLMImpl::check_shape(const Tensor& ids, const KVCache* cache) const {
  require(
      ids.dim() == 2 && ids.scalar_type() == torch::kInt64 && ids.numel() > 0,
      "model",
      "ids must be (B, T) int64 and not empty, but are {} of {}",
      fmt::join(ids.sizes(), " x "),
      c10::toString(ids.scalar_type()));
  const int64_t length = ids.size(1) + (cache != nullptr ? cache->length : 0);
  require(
      length <= config_.max_seq_len,
      "model",
      "{} tokens are more than the {} of max_seq_len; shorten the sequence",
      length,
      config_.max_seq_len);
}

void NanoLMImpl::check_ids(const Tensor& ids) const {
  const auto [least, greatest] = ids.aminmax();
  const int64_t bad = least.item<int64_t>() < 0 ? least.item<int64_t>()
                                                : greatest.item<int64_t>();
  require(
      bad >= 0 && bad < config_.vocab_size,
      "model",
      "token id {} is out of range; the vocabulary has {} tokens",
      bad,
      config_.vocab_size);
}

void NanoLMImpl::prepare(KVCache& cache, int64_t batch) const {
  if (!cache.keys.empty()) {
    require(
        static_cast<int64_t>(cache.keys.size()) == config_.num_layers &&
            cache.keys[0].size(0) == batch,
        "model",
        "the cache holds {} layers of batch {}, but {} of batch {} are needed",
        cache.keys.size(),
        cache.keys[0].size(0),
        config_.num_layers,
        batch);
    return;
  }
  for (int64_t layer = 0; layer < config_.num_layers; ++layer) {
    for (auto* tensors : {&cache.keys, &cache.values}) {
      tensors->push_back(torch::empty(
          {batch, config_.num_heads, config_.max_seq_len, config_.head_dim()},
          wte->weight.options().requires_grad(false)));
    }
  }
}

} // namespace nanobrain
