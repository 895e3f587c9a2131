#include "nanobrain/eval/int8_model.h"

#include "nanobrain/base/parallel.h"
#include "nanobrain/eval/int8_scorer.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/runtime/session.h"

namespace nanobrain {

namespace {

class SessionPredictor : public Predictor {
 public:
  SessionPredictor(
      const std::shared_ptr<const RuntimeModel>& model, int64_t threads)
      : session_(model, std::make_shared<ThreadPool>(threads)) {}

  std::span<const float> logits(std::span<const TokenId> ids) override {
    session_.feed(ids.subspan(static_cast<size_t>(session_.length())));
    return session_.logits();
  }

 private:
  Session session_;
};

class Int8Model : public LanguageModel {
 public:
  Int8Model(const std::filesystem::path& folder, int64_t threads)
      : config_(read_model_config(folder)),
        model_(RuntimeModel::load(folder)),
        threads_(resolve_threads(threads)) {}

  const ModelConfig& config() const override { return config_; }
  std::string_view precision() const override { return "int8"; }
  int64_t file_bytes() const override { return model_->file_bytes(); }
  std::unique_ptr<TokenScorer> make_scorer() override {
    return make_int8_scorer(model_, threads_);
  }
  std::unique_ptr<Predictor> make_predictor() override {
    return std::make_unique<SessionPredictor>(model_, threads_);
  }

 private:
  ModelConfig config_;
  std::shared_ptr<const RuntimeModel> model_;
  int64_t threads_;
};

} // namespace

std::unique_ptr<LanguageModel> open_int8_model(
    const std::filesystem::path& folder, int64_t threads) {
  return std::make_unique<Int8Model>(folder, threads);
}

} // namespace nanobrain
