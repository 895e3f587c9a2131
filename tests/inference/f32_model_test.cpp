// What the clock times is what the models compute.
#include "nanobrain/model/f32_model.h"

#include <ATen/Parallel.h>

#include "nanobrain/inference/timing.h"
#include "tests/inference/tiny_model.h"
#include "tests/inference/with_libtorch.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

class F32Model : public ::testing::Test {
 protected:
  /// Logits (n, V) of the model as it is.
  torch::Tensor logits(const std::vector<TokenId>& ids) {
    const torch::NoGradGuard no_grad;
    const std::vector<int64_t> wide(ids.begin(), ids.end());
    return model_->forward(torch::tensor(wide).unsqueeze(0))[0];
  }
  static void expect_near(std::span<const float> got, torch::Tensor expected) {
    expected = expected.contiguous();
    ASSERT_EQ(got.size(), static_cast<size_t>(expected.numel()));
    for (size_t i = 0; i < got.size(); ++i) {
      // Sums of 16 and 32 in another order: a few units in the last place of 1.
      ASSERT_NEAR(got[i], expected.const_data_ptr<float>()[i], 1e-5) << i;
    }
  }

  NanoLM model_ = tiny_model(24);
  std::unique_ptr<LanguageModel> timed_ = make_f32_model(model_);
  std::unique_ptr<Predictor> predictor_ = timed_->make_predictor(1);
  std::vector<TokenId> ids_ = random_ids(9, 257);
};

TEST_F(F32Model, GivesTheModelsLogitsAndGeneratesGreedily) {
  std::vector<float> got(9 * 257);
  for (int repetition = 0; repetition < 2; ++repetition) {
    predictor_->forward(ids_, got.data());
    expect_near(got, logits(ids_));
    predictor_->reset();
    predictor_->feed(ids_);
    expect_near(predictor_->logits(), logits(ids_)[-1]);
    predictor_->reset();
    predictor_->feed(ids_);
    std::vector<TokenId> ids = ids_;
    for (int i = 0; i < 12; ++i) {
      const TokenId id = predictor_->argmax();
      EXPECT_EQ(id, logits(ids)[-1].argmax().item<int64_t>());
      ids.push_back(id);
      predictor_->feed({&id, 1});
    }
  }
}

TEST_F(F32Model, RunsOnTheThreadsAskedFor) {
  EXPECT_EQ(at::get_num_threads(), 1);
  timed_->make_predictor(2);
  EXPECT_EQ(at::get_num_threads(), 2);
}

TEST(F32AndInt8, AreTimedSideBySide) {
  const TempDir dir;
  Int8Model().write(dir.path());
  NamedModels models;
  models.push_back({"random", make_f32_model(tiny_model(24))});
  models.push_back({"int8", open_language_model(dir.path(), with_libtorch())});
  TimingRequest request{.tokens = {8}, .threads = {2, 1}};
  request.clock = {.warm_up = 0, .repetitions = 1};
  for (const TimedWork work :
       {TimedWork::kForward, TimedWork::kPrompt, TimedWork::kGenerate}) {
    request.work = work;
    const TimingReport report = run_timing(models, request);
    ASSERT_EQ(report.rows.size(), 4);
    EXPECT_EQ(report.rows[1].precision, "f32");
    EXPECT_THAT(report.rows[1].backend, ::testing::StartsWith("LibTorch "));
    EXPECT_EQ(report.rows[1].threads, 1);
    EXPECT_EQ(report.rows[2].precision, "int8");
    EXPECT_EQ(report.rows[2].threads, 2);
  }
}

} // namespace
} // namespace nanobrain::testing
