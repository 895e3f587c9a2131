#include "nanobrain/inference/int8_model.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/runtime/session.h"

namespace nanobrain {

namespace {

/// A session on one thread, and a window in its types.
class WindowScorer {
 public:
  explicit WindowScorer(std::shared_ptr<const RuntimeModel> model)
      : session_(std::move(model), std::make_shared<ThreadPool>(1)) {}

  /// losses (inputs - first_scored) of window w
  void score(const WindowBatch& batch, int64_t w, std::span<float> losses) {
    const auto inputs = static_cast<size_t>(batch.inputs);
    const auto first = static_cast<size_t>(batch.first_scored);
    const int64_t* row = batch.ids.data() + w * (batch.inputs + 1);
    ids_.assign(row, row + inputs);
    targets_.assign(row + 1, row + 1 + inputs);
    std::fill_n(targets_.begin(), first, TokenId{-1});
    losses_.resize(inputs);
    session_.score(ids_, targets_, losses_);
    std::copy_n(losses_.begin() + first, losses.size(), losses.begin());
  }

 private:
  Session session_;
  std::vector<TokenId> ids_;
  std::vector<TokenId> targets_;
  std::vector<float> losses_;
};

class Int8Scorer : public TokenScorer {
 public:
  Int8Scorer(
      const std::shared_ptr<const RuntimeModel>& model, int64_t threads) {
    for (int64_t t = 0; t < threads; ++t) {
      scorers_.push_back(std::make_unique<WindowScorer>(model));
    }
  }

  void score(const WindowBatch& batch, std::span<float> losses) override {
    const auto width = static_cast<size_t>(batch.inputs - batch.first_scored);
    const auto threads = static_cast<int64_t>(scorers_.size());
    std::atomic<int64_t> next{0};
    parallel_for(threads, threads, [&](int64_t t) {
      for (int64_t w; (w = next.fetch_add(1)) < batch.count;) {
        scorers_[static_cast<size_t>(t)]->score(
            batch, w, losses.subspan(static_cast<size_t>(w) * width, width));
      }
    });
    require(
        std::ranges::all_of(
            losses, [](float loss) { return std::isfinite(loss); }),
        "eval",
        "the loss is not finite: an activation of the int8 model has "
        "overflowed; quantize a model whose f32 loss is finite");
  }

 private:
  std::vector<std::unique_ptr<WindowScorer>> scorers_;
};

class Int8Predictor : public Predictor {
 public:
  Int8Predictor(std::shared_ptr<const RuntimeModel> model, int64_t threads)
      : session_(std::move(model), std::make_shared<ThreadPool>(threads)) {}

  void reset() override { session_.reset(); }
  void feed(std::span<const TokenId> ids) override { session_.feed(ids); }
  std::span<const float> logits() override { return session_.logits(); }
  TokenId argmax() override { return session_.argmax(); }
  void forward(std::span<const TokenId> ids, float* logits) override {
    session_.forward(ids, logits);
  }

 private:
  Session session_;
};

class Int8Model : public LanguageModel {
 public:
  explicit Int8Model(std::shared_ptr<const RuntimeModel> model)
      : model_(std::move(model)) {}

  const ModelConfig& config() const override { return model_->config(); }
  std::string_view precision() const override { return "int8"; }
  std::string backend() const override { return name(active_isa()); }
  int64_t file_bytes() const override { return model_->file_bytes(); }
  std::unique_ptr<TokenScorer> make_scorer(int64_t threads) override {
    return std::make_unique<Int8Scorer>(model_, resolve_threads(threads));
  }
  std::unique_ptr<Predictor> make_predictor(int64_t threads) override {
    return std::make_unique<Int8Predictor>(model_, threads);
  }

 private:
  std::shared_ptr<const RuntimeModel> model_;
};

} // namespace

std::unique_ptr<LanguageModel> make_int8_model(
    std::shared_ptr<const RuntimeModel> model) {
  return std::make_unique<Int8Model>(std::move(model));
}

} // namespace nanobrain
