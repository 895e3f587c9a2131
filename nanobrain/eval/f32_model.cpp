#include "nanobrain/eval/f32_model.h"

#include "nanobrain/eval/f32_predictor.h"
#include "nanobrain/eval/f32_scorer.h"
#include "nanobrain/model/huggingface.h"

namespace nanobrain {

namespace {

class F32Model : public LanguageModel {
 public:
  F32Model(const std::filesystem::path& folder, bool bf16)
      : model_(load_model(folder)),
        bf16_(bf16),
        file_bytes_(static_cast<int64_t>(
            std::filesystem::file_size(folder / kWeightsFile))) {}

  const ModelConfig& config() const override { return model_->config(); }
  std::string_view precision() const override { return bf16_ ? "bf16" : "f32"; }
  int64_t file_bytes() const override { return file_bytes_; }
  std::unique_ptr<TokenScorer> make_scorer() override {
    return make_token_scorer(model_, bf16_);
  }
  std::unique_ptr<Predictor> make_predictor() override {
    return nanobrain::make_predictor(model_);
  }

 private:
  NanoLM model_;
  bool bf16_;
  int64_t file_bytes_;
};

} // namespace

std::unique_ptr<LanguageModel> open_f32_model(
    const std::filesystem::path& folder, bool bf16) {
  return std::make_unique<F32Model>(folder, bf16);
}

} // namespace nanobrain
