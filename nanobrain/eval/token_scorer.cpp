#include "nanobrain/eval/token_scorer.h"

#include <torch/torch.h>

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/tied_cross_entropy.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/nano_lm.h"

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
    const auto device = model_->wte->weight.device();
    // (B, T + 1); the batch outlives the tensor
    const auto ids = torch::from_blob(
                         const_cast<int64_t*>(batch.ids.data()),
                         {batch.count, batch.inputs + 1},
                         torch::kInt64)
                         .to(device);
    const auto inputs = ids.narrow(1, 0, batch.inputs).contiguous();
    const auto targets =
        ids.slice(1, batch.first_scored + 1).reshape({-1}).contiguous();
    torch::Tensor hidden; // (B, T, C)
    {
      const Bf16Autocast products(
          device, bf16_ && blocks_gain_from_bf16(model_->config(), device));
      hidden = model_->hidden(inputs);
    }
    // Only the scored positions go through the head, the costliest part.
    hidden = hidden.slice(1, batch.first_scored)
                 .reshape({-1, hidden.size(2)})
                 .to(torch::kFloat32)
                 .contiguous();
    const auto result = tied_token_losses(
                            hidden,
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
  NanoLM& model_;
  bool bf16_;
};

} // namespace

std::unique_ptr<TokenScorer> make_token_scorer(NanoLM& model, bool bf16) {
  return std::make_unique<NanoLMScorer>(model, bf16);
}

} // namespace nanobrain
