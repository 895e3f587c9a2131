#include "nanobrain/bench/f32_engine.h"

#include <torch/torch.h>

#include <utility>

#include "nanobrain/eval/f32_predictor.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/nano_lm.h"

namespace nanobrain {

namespace {

class F32Engine : public TimedEngine {
 public:
  explicit F32Engine(NanoLM model) : model_(std::move(model)) {}

  void forward(std::span<const TokenId> ids, float* logits) override {
    const c10::InferenceMode guard;
    const std::vector<int64_t> wide(ids.begin(), ids.end());
    const auto hidden =
        model_->hidden(torch::tensor(wide).unsqueeze(0))[0]; // (T, C)
    auto out = torch::from_blob(
        logits,
        {static_cast<int64_t>(ids.size()), model_->config().vocab_size});
    torch::mm_out(out, hidden, model_->wte->weight.t()); // (T, V)
  }

  std::span<const float> prompt(std::span<const TokenId> ids) override {
    predictor_ = make_predictor(model_);
    ids_.assign(ids.begin(), ids.end());
    return logits();
  }
  TokenId begin(std::span<const TokenId> ids) override {
    return argmax(prompt(ids));
  }
  TokenId next(TokenId id) override {
    ids_.push_back(id);
    return argmax(logits());
  }

 private:
  std::span<const float> logits() {
    const c10::InferenceMode guard;
    return predictor_->logits(ids_);
  }
  static TokenId argmax(std::span<const float> logits) {
    const c10::InferenceMode guard;
    const auto tensor = torch::from_blob(
        const_cast<float*>(logits.data()),
        {static_cast<int64_t>(logits.size())});
    return static_cast<TokenId>(tensor.argmax().item<int64_t>());
  }

  NanoLM model_;
  std::unique_ptr<Predictor> predictor_; // of the sequence in ids_
  std::vector<TokenId> ids_;
};

class F32Model : public TimedModel {
 public:
  F32Model(std::string name, NanoLM model)
      : name_(std::move(name)), model_(std::move(model)) {}

  std::string name() const override { return name_; }
  std::string precision() const override { return "f32"; }
  std::string backend() const override { return "LibTorch " + torch_version(); }
  int64_t vocab_size() const override { return model_->config().vocab_size; }
  int64_t max_seq_len() const override { return model_->config().max_seq_len; }
  std::unique_ptr<TimedEngine> make_engine(int64_t threads) override {
    set_threads(threads);
    return std::make_unique<F32Engine>(model_);
  }

 private:
  std::string name_;
  NanoLM model_;
};

} // namespace

std::unique_ptr<TimedModel> make_timed_model(std::string name, NanoLM model) {
  return std::make_unique<F32Model>(std::move(name), std::move(model));
}

} // namespace nanobrain
