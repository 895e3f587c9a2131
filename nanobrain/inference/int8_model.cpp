#include "nanobrain/inference/int8_model.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "nanobrain/base/isa.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/runtime/session.h"

namespace nanobrain {

namespace {

/// Windows side by side, each on a session of one thread.
class Int8Scorer : public TokenScorer {
 public:
  Int8Scorer(
      const std::shared_ptr<const RuntimeModel>& model, int64_t threads) {
    for (int64_t t = 0; t < threads; ++t) {
      sessions_.push_back(
          std::make_unique<Session>(model, std::make_shared<ThreadPool>(1)));
    }
  }

  void score(const WindowBatch& batch, std::span<float> losses) override {
    const auto threads = std::ssize(sessions_);
    std::atomic<int64_t> next{0};
    parallel_for(threads, threads, [&](int64_t t) {
      for (int64_t w; (w = next.fetch_add(1)) < batch.count;) {
        score_window(*sessions_[static_cast<size_t>(t)], batch, w, losses);
      }
    });
  }

 private:
  static void score_window(
      Session& session,
      const WindowBatch& batch,
      int64_t w,
      std::span<float> losses) {
    const int64_t* row = batch.ids.data() + w * (batch.inputs + 1);
    const std::vector<TokenId> ids(row, row + batch.inputs);
    std::vector<TokenId> targets(row + 1, row + 1 + batch.inputs);
    std::fill_n(targets.begin(), batch.first_scored, TokenId{-1});
    std::vector<float> all(ids.size());
    session.score(ids, targets, all);
    const int64_t scored = batch.inputs - batch.first_scored;
    std::copy_n(
        all.begin() + batch.first_scored, scored, losses.begin() + w * scored);
  }

  std::vector<std::unique_ptr<Session>> sessions_;
};

class Int8Predictor : public Predictor {
 public:
  Int8Predictor(
      std::shared_ptr<const RuntimeModel> model,
      int64_t threads,
      std::optional<int64_t> context)
      : session_(
            std::move(model), std::make_shared<ThreadPool>(threads), context) {}

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
  int64_t trained_context() const override { return model_->trained_context(); }
  std::string_view precision() const override { return "int8"; }
  std::string backend() const override { return name(active_isa()); }
  int64_t file_bytes() const override { return model_->file_bytes(); }
  std::unique_ptr<TokenScorer> make_scorer(int64_t threads) override {
    return std::make_unique<Int8Scorer>(model_, resolve_threads(threads));
  }
  std::unique_ptr<Predictor> make_predictor(
      int64_t threads, std::optional<int64_t> context) override {
    return std::make_unique<Int8Predictor>(model_, threads, context);
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
