#include "nanobrain/eval/f32_predictor.h"

#include <torch/torch.h>

#include <vector>

#include "nanobrain/model/nano_lm.h"
#include "nanobrain/runtime/context_window.h"

namespace nanobrain {

namespace {

class NanoLMPredictor : public Predictor {
 public:
  explicit NanoLMPredictor(NanoLM& model) : model_(model) {}

  std::span<const float> logits(std::span<const TokenId> ids) override {
    const torch::NoGradGuard no_grad;
    const auto length = static_cast<int64_t>(ids.size());
    const int64_t start = window_start(length, model_->config().max_seq_len);
    if (start != start_ || cache_.length == 0) {
      start_ = start;
      cache_ = {};
    }
    const auto unseen =
        ids.subspan(static_cast<size_t>(start_ + cache_.length));
    const std::vector<int64_t> wide(unseen.begin(), unseen.end());
    const auto input =
        torch::tensor(wide).unsqueeze(0).to(model_->device()); // (1, T)
    const auto hidden = model_->hidden(input, &cache_);
    logits_ = model_->logits(hidden.select(1, -1))
                  .to(torch::kCPU, torch::kFloat32)
                  .contiguous(); // (1, V)
    return {
        logits_.const_data_ptr<float>(), static_cast<size_t>(logits_.numel())};
  }

 private:
  NanoLM& model_;
  KVCache cache_;
  int64_t start_ = 0;
  torch::Tensor logits_;
};

} // namespace

std::unique_ptr<Predictor> make_predictor(NanoLM& model) {
  return std::make_unique<NanoLMPredictor>(model);
}

Generated generate(
    NanoLM& model,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options,
    const std::function<void(std::string_view)>& on_text) {
  return generate(*make_predictor(model), tokenizer, prompt, options, on_text);
}

} // namespace nanobrain
