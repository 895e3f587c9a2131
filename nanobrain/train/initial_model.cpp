// The model at step 0.
#include "nanobrain/train/initial_model.h"

#include <torch/cuda.h>

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/kernels/one_thread.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/train/count_bigram.h"
#include "nanobrain/train/count_embedder.h"

namespace nanobrain {

namespace {

using torch::Tensor;

void require_same_dimensions(
    const ModelConfig& config, const ModelConfig& start, const fs::path& path) {
  const Json wanted = write_fields(config);
  const Json found = write_fields(start);
  for (const auto& [key, value] : wanted.items()) {
    require<UsageError>(
        value == found[key],
        "model." + key,
        "is {}, but {} in {}, which the run starts from; set it to that",
        value.dump(),
        found[key].dump(),
        path.string());
  }
}

NanoLM tuned_model(const RunConfig& config, const Tokenizer& tokenizer) {
  const fs::path& start = config.train.init_from;
  require_same_dimensions(config.model, read_model_config(start).model, start);
  const auto own = load_model_tokenizer(start, config.model.vocab_size);
  require<UsageError>(
      own == nullptr || own->hash() == tokenizer.hash(),
      "data.tokenizer",
      "is another tokenizer than that of {}, which the run starts from",
      start.string());
  return load_model(start);
}

/// From normal(0, 1 / sqrt(fan_in)) to what init.kind asks for.
void scale_weights(NanoLM& model, const RunConfig& config) {
  const InitConfig& init = config.init;
  const double blocks = 2.0 * static_cast<double>(config.model.num_layers);
  auto tensors = model->named_parameters();
  for (const Parameter& p : list_parameters(config.model)) {
    if (p.shape.size() != 2) continue;
    double scale = p.role == Role::kEmbedding  ? init.embedder_scale
                   : p.role == Role::kPosition ? init.position_scale
                                               : 1;
    if (init.kind == InitKind::kGpt2) {
      scale *= 0.02 * std::sqrt(static_cast<double>(p.shape[1]));
    }
    if (p.into_residual() && init.kind != InitKind::kFanIn) {
      scale *= init.kind == InitKind::kZeroOut ? 0 : 1 / std::sqrt(blocks);
    }
    if (scale != 1) tensors[p.name].mul_(scale);
  }
}

/// Makes a feed-forward network, of inputs x, return x map. Its activations are
/// u g(u) with g(u) + g(-u) = 1, so that those of u and -u differ by u.
/// map: (C, C), of a network of 2 C neurons or more; the others keep what they
/// take in and add nothing at first.
void set_linear(MLPImpl& network, const Tensor& map) {
  const OneThread same_bits;
  const int64_t C = map.size(0);
  Tensor in = network.c_fc->weight;    // (F, C)
  Tensor out = network.c_proj->weight; // (C, F)
  const Tensor q = std::get<0>(at::linalg_qr(in.narrow(0, 0, C)));
  const Tensor to = map.t().mm(q.t());
  in.narrow(0, 0, C).copy_(q);
  in.narrow(0, C, C).copy_(-q);
  out.zero_();
  out.narrow(1, 0, C).copy_(to);
  out.narrow(1, C, C).copy_(-to);
}

void set_counted(
    NanoLM& model, const RunConfig& config, const TokenFile& file) {
  const TrainConfig& train = config.train;
  const WindowSampler sampler(
      file.size(), train.seq_len, static_cast<uint64_t>(train.data_seed));
  const auto ranges = sampler.covered(train.windows_of(train.steps));
  CountedEmbedder counted =
      count_embedder(file, ranges, config.model.model_dim);
  const double scale = config.init.embedder_scale;
  const Tensor rows = counted.rows * scale;
  model->wte->weight.copy_(rows);
  model->ln_f->bias[0] = counted.unigram_weight / scale;
  if (!config.init.bigram) return;
  set_linear(
      *model->h[0]->as<Block>()->mlp, count_bigram(counted.following, rows));
  model->ln_f->weight.fill_(1 / scale);
}

} // namespace

NanoLM initial_model(const RunConfig& config, const TrainingInputs& inputs) {
  const torch::NoGradGuard no_grad;
  const bool cuda = config.train.device == "cuda";
  require<UsageError>(
      !cuda || torch::cuda::is_available(),
      "train.device",
      "cuda was asked for, but this LibTorch finds no CUDA device; use cpu");
  NanoLM model = nullptr;
  if (config.train.init_from.empty()) {
    model = NanoLM(config.model, static_cast<uint64_t>(config.train.seed));
    scale_weights(model, config);
    if (config.init.from_counts) {
      set_counted(model, config, inputs.train);
    }
  } else {
    model = tuned_model(config, *inputs.tokenizer);
  }
  model->to(cuda ? torch::kCUDA : torch::kCPU);
  model->train();
  return model;
}

} // namespace nanobrain
