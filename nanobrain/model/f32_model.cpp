#include "nanobrain/model/f32_model.h"

#include <torch/types.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/kernels/tied_cross_entropy.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/model/packed_linears.h"
#include "nanobrain/model/sequence_groups.h"
#include "nanobrain/runtime/context_window.h"

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
  NanoLMScorer(NanoLM& model, bool bf16) : model_(model), bf16_(bf16) {
    if (!blocks_in_bf16()) packed_.emplace(model);
  }

  void score(const WindowBatch& batch, std::span<float> losses) override {
    const torch::NoGradGuard no_grad;
    // (B, T + 1); the batch outlives the tensor
    const auto ids = model_->to_device(torch::from_blob(
        const_cast<int64_t*>(batch.ids.data()),
        {batch.count, batch.inputs + 1},
        torch::kInt64));
    const auto inputs = ids.narrow(1, 0, batch.inputs).contiguous();
    const auto targets =
        ids.slice(1, batch.first_scored + 1).reshape({-1}).contiguous();
    const auto result = tied_cross_entropy(
                            scored_hidden(inputs, batch.first_scored),
                            model_->wte->weight,
                            targets,
                            {.bf16 = bf16_})
                            .losses.to(torch::kFloat32)
                            .to(torch::kCPU)
                            .contiguous();
    if (!result.isfinite().all().item<bool>()) {
      fail("model", "the loss is not finite: {}", describe_fault(model_));
    }
    std::copy_n(result.data_ptr<float>(), losses.size(), losses.data());
  }

 private:
  /// Of the scored positions alone, (N, C), for the head is the costliest part.
  torch::Tensor scored_hidden(const torch::Tensor& ids, int64_t first_scored) {
    const auto embedded = model_->embed(ids); // (B, T, C)
    const auto device = embedded.device();
    const bool bf16 = blocks_in_bf16();
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

  bool blocks_in_bf16() const {
    return bf16_ && blocks_gain_from_bf16(model_->config(), model_->device());
  }

  NanoLM& model_;
  bool bf16_;
  std::optional<PackedLinears> packed_;
};

class NanoLMPredictor : public Predictor {
 public:
  NanoLMPredictor(NanoLM& model, int64_t context)
      : model_(model), context_(context) {}

  void reset() override {
    ids_.clear();
    cache_ = {};
    start_ = 0;
  }
  void feed(std::span<const TokenId> ids) override {
    ids_.insert(ids_.end(), ids.begin(), ids.end());
  }

  std::span<const float> logits() override {
    const c10::InferenceMode guard;
    const auto length = static_cast<int64_t>(ids_.size());
    const int64_t start = window_start(length, context_);
    if (start != start_ || cache_.length == 0) {
      start_ = start;
      cache_ = {};
    }
    const auto input = tokens(
        std::span(ids_).subspan(static_cast<size_t>(start_ + cache_.length)));
    const auto hidden = model_->hidden(input, &cache_);
    logits_ = model_->logits(hidden.select(1, -1))
                  .to(torch::kCPU, torch::kFloat32)
                  .contiguous(); // (1, V)
    return {
        logits_.const_data_ptr<float>(), static_cast<size_t>(logits_.numel())};
  }

  TokenId argmax() override {
    const c10::InferenceMode guard;
    logits();
    return static_cast<TokenId>(logits_.argmax().item<int64_t>());
  }

  void forward(std::span<const TokenId> ids, float* logits) override {
    const c10::InferenceMode guard;
    const auto hidden = model_->hidden(tokens(ids))[0]; // (T, C)
    auto out = torch::from_blob(
        logits,
        {static_cast<int64_t>(ids.size()), model_->config().vocab_size});
    torch::mm_out(out, hidden, model_->wte->weight.t()); // (T, V)
  }

 private:
  /// (1, T) int64
  torch::Tensor tokens(std::span<const TokenId> ids) const {
    const std::vector<int64_t> wide(ids.begin(), ids.end());
    return model_->to_device(torch::tensor(wide).unsqueeze(0));
  }

  NanoLM& model_;
  int64_t context_;
  std::vector<TokenId> ids_; // read so far
  KVCache cache_;
  int64_t start_ = 0;
  torch::Tensor logits_;
};

class F32Model : public LanguageModel {
 public:
  F32Model(NanoLM model, int64_t trained_context, bool bf16, int64_t file_bytes)
      : model_(std::move(model)),
        trained_context_(trained_context),
        bf16_(bf16),
        file_bytes_(file_bytes) {}

  const ModelConfig& config() const override { return model_->config(); }
  int64_t trained_context() const override { return trained_context_; }
  std::string_view precision() const override { return bf16_ ? "bf16" : "f32"; }
  std::string backend() const override { return "LibTorch " + torch_version(); }
  int64_t file_bytes() const override { return file_bytes_; }
  std::unique_ptr<TokenScorer> make_scorer(int64_t threads) override {
    set_threads(threads);
    return make_token_scorer(model_, bf16_);
  }
  std::unique_ptr<Predictor> make_predictor(
      int64_t threads, std::optional<int64_t> context) override {
    set_threads(threads);
    return nanobrain::make_predictor(model_, context);
  }
  void use_threads(int64_t threads) override { set_threads(threads); }

 private:
  NanoLM model_;
  int64_t trained_context_;
  bool bf16_;
  int64_t file_bytes_;
};

} // namespace

std::unique_ptr<LanguageModel> open_f32_model(
    const std::filesystem::path& folder, bool bf16) {
  NanoLM model = load_model(folder);
  const int64_t trained = trained_context(folder, model->config().max_seq_len);
  const auto bytes = std::filesystem::file_size(folder / kWeightsFile);
  return std::make_unique<F32Model>(
      std::move(model), trained, bf16, static_cast<int64_t>(bytes));
}

std::unique_ptr<LanguageModel> make_f32_model(NanoLM model) {
  const int64_t context = model->config().max_seq_len;
  return std::make_unique<F32Model>(std::move(model), context, false, 0);
}

std::unique_ptr<LanguageModel> make_random_f32_model(
    const ModelConfig& config) {
  return make_f32_model(NanoLM(config));
}

std::unique_ptr<TokenScorer> make_token_scorer(NanoLM& model, bool bf16) {
  return std::make_unique<NanoLMScorer>(model, bf16);
}

std::unique_ptr<Predictor> make_predictor(
    NanoLM& model, std::optional<int64_t> context) {
  return std::make_unique<NanoLMPredictor>(
      model, context.value_or(model->config().max_seq_len));
}

LossSum evaluate(
    NanoLM& model,
    const TokenFile& file,
    const Tokenizer& tokenizer,
    const EvalOptions& options,
    const std::string& label) {
  return evaluate(
      *make_token_scorer(model, options.bf16),
      model->config().max_seq_len,
      file,
      tokenizer,
      options,
      label);
}

Generated generate(
    NanoLM& model,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options,
    const OnText& on_text) {
  return generate(
      *make_predictor(model, options.context),
      tokenizer,
      prompt,
      options,
      on_text);
}

} // namespace nanobrain
