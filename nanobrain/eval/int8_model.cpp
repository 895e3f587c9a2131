#include "nanobrain/eval/int8_model.h"

#include "nanobrain/base/parallel.h"
#include "nanobrain/inference/int8_predictor.h"
#include "nanobrain/inference/int8_scorer.h"

namespace nanobrain {

namespace {

class Int8Model : public LanguageModel {
 public:
  Int8Model(const std::filesystem::path& folder, int64_t threads)
      : model_(RuntimeModel::load(folder)),
        threads_(resolve_threads(threads)) {}

  const ModelConfig& config() const override { return model_->config(); }
  std::string_view precision() const override { return "int8"; }
  int64_t file_bytes() const override { return model_->file_bytes(); }
  std::unique_ptr<TokenScorer> make_scorer() override {
    return make_int8_scorer(model_, threads_);
  }
  std::unique_ptr<Predictor> make_predictor() override {
    return make_int8_predictor(model_, std::make_shared<ThreadPool>(threads_));
  }

 private:
  std::shared_ptr<const RuntimeModel> model_;
  int64_t threads_;
};

} // namespace

std::unique_ptr<LanguageModel> open_int8_model(
    const std::filesystem::path& folder, int64_t threads) {
  return std::make_unique<Int8Model>(folder, threads);
}

} // namespace nanobrain
