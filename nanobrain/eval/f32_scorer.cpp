#include "nanobrain/eval/f32_scorer.h"

#include <torch/torch.h>

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/tied_cross_entropy.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/model/sequence_groups.h"

namespace nanobrain {

namespace {

std::string describe_fault(NanoLM& model) {
  for (const auto& parameter : model->named_parameters()) {
    if (!parameter.value().isfinite().all().item<bool>()) {
      return fmt::format(
          "{} holds NaN or infinity: the model is broken, take an earlier "
          "checkpoint",
          parameter.key());
    }
  }
  return "every weight is finite, so an activation has overflowed";
}

class NanoLMScorer : public TokenScorer {
 public:
  NanoLMScorer(NanoLM& model, bool bf16) : model_(model), bf16_(bf16) {}

  void score(const WindowBatch& batch, std::span<float> losses) override {
    const torch::NoGradGuard no_grad;
    const auto device = model_->device();
    // (B, T + 1); the batch outlives the tensor
    const auto ids = torch::from_blob(
                         const_cast<int64_t*>(batch.ids.data()),
                         {batch.count, batch.inputs + 1},
                         torch::kInt64)
                         .to(device);
    const auto inputs = ids.narrow(1, 0, batch.inputs).contiguous();
    const auto targets =
        ids.slice(1, batch.first_scored + 1).reshape({-1}).contiguous();
    const auto result = tied_token_losses(
                            scored_hidden(inputs, batch.first_scored),
                            model_->wte->weight,
                            targets,
                            {.bf16 = bf16_, .ignore_index = -100})
                            .to(torch::kCPU)
                            .contiguous();
    if (!result.isfinite().all().item<bool>()) {
      fail("eval", "the loss is not finite: {}", describe_fault(model_));
    }
    std::copy_n(result.data_ptr<float>(), losses.size(), losses.data());
  }

 private:
  /// Of the scored positions alone, (N, C): only they go through the head, the
  /// costliest part.
  torch::Tensor scored_hidden(const torch::Tensor& ids, int64_t first_scored) {
    const auto embedded = model_->embed(ids); // (B, T, C)
    const auto device = embedded.device();
    const bool bf16 = bf16_ && blocks_gain_from_bf16(model_->config(), device);
    std::vector<torch::Tensor> parts(
        static_cast<size_t>(count_sequence_groups(embedded)));
    each_sequence_group(embedded, [&](int64_t g, const torch::Tensor& windows) {
      const torch::NoGradGuard no_grad;
      const Bf16Autocast products(device, bf16);
      parts[static_cast<size_t>(g)] = model_->body(windows)
                                          .slice(1, first_scored)
                                          .reshape({-1, embedded.size(2)})
                                          .to(torch::kFloat32);
    });
    return torch::cat(parts);
  }

  NanoLM& model_;
  bool bf16_;
};

} // namespace

std::unique_ptr<TokenScorer> make_token_scorer(NanoLM& model, bool bf16) {
  return std::make_unique<NanoLMScorer>(model, bf16);
}

} // namespace nanobrain
