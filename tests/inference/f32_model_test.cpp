// Scorers and predictors of an f32 model give what its forward pass gives.
#include "nanobrain/model/f32_model.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "nanobrain/base/error.h"
#include "nanobrain/inference/timing.h"
#include "nanobrain/kernels/isa.h"
#include "tests/inference/one_forward_a_token.h"
#include "tests/inference/tiny_model.h"
#include "tests/inference/with_libtorch.h"
#include "tests/runtime/int8_model.h"

namespace nanobrain::testing {
namespace {

/// (n, V), by the forward pass of training.
torch::Tensor logits_of(NanoLM& model, std::span<const TokenId> ids) {
  const torch::NoGradGuard no_grad;
  const std::vector<int64_t> wide(ids.begin(), ids.end());
  return model->forward(torch::tensor(wide).unsqueeze(0))[0];
}

class F32Model : public ::testing::Test {
 protected:
  torch::Tensor logits(const std::vector<TokenId>& ids) {
    return logits_of(model_, ids);
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

NextLogits next_logits(NanoLM& model) {
  return [&](std::span<const TokenId> ids) {
    const auto logits = logits_of(model, ids)[-1].contiguous();
    const float* data = logits.const_data_ptr<float>();
    return std::vector<float>(data, data + logits.numel());
  };
}

std::vector<double> losses_of(NanoLM& model, const EvalOptions& options = {}) {
  return streamed_losses(
      *make_token_scorer(model, options.bf16), 12, ids_of(kTexts), options);
}

TEST(F32Scorer, EqualsOneForwardPassAToken) {
  NanoLM model = tiny_model();
  expect_one_forward_a_token(
      *make_token_scorer(model, false), next_logits(model));
}

TEST(F32Scorer, WideModelsArePackedWhileItLives) {
  NanoLM model = tiny_model(12, 257, 128), twin = tiny_model(12, 257, 128);
  const Linear linear = model->h[1]->as<Block>()->mlp->c_fc;
  {
    const auto scorer = make_token_scorer(model, false);
    EXPECT_EQ(linear->packed.defined(), at::hasMKLDNN());
    expect_one_forward_a_token(*scorer, next_logits(twin));
  }
  EXPECT_FALSE(linear->packed.defined());
}

TEST(F32Scorer, BatchSizeChangesNothingButRounding) {
  NanoLM model = tiny_model();
  const auto one = losses_of(model, {.stride = 5, .batch_tokens = 1});
  for (const int64_t batch_tokens : {26, 39, 10'000}) {
    const EvalOptions options{.stride = 5, .batch_tokens = batch_tokens};
    const auto many = losses_of(model, options);
    testing::expect_near(many, one);
    EXPECT_EQ(many, losses_of(model, options)); // the same bits
  }
}

TEST(F32Scorer, Bf16IsNear) {
  NanoLM model = tiny_model();
  const auto exact = losses_of(model);
  const auto rounded = losses_of(model, {.bf16 = true});
  if (has_bf16_products(model->wte->weight.device())) {
    EXPECT_NE(rounded, exact);
  }
  double sum = 0, expected = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    // 8 bits of mantissa: logits of size 10 are off by 0.04 or so each.
    EXPECT_NEAR(rounded[i], exact[i], 0.2);
    sum += rounded[i];
    expected += exact[i];
  }
  EXPECT_NEAR(sum / expected, 1, 1e-3); // they are independent of each other
}

TEST(F32Scorer, BrokenWeightIsNamed) {
  NanoLM model = tiny_model();
  const torch::NoGradGuard no_grad;
  auto weight = model->named_parameters()["h.1.mlp.c_fc.weight"];
  weight[3][2] = NAN;
  EXPECT_ERROR(
      Error,
      "the loss is not finite: h.1.mlp.c_fc.weight holds NaN",
      losses_of(model));
}

TEST(F32Predictor, GreedyTextsEqualTheFullForwardPass) {
  NanoLM model = tiny_model();
  // Before the context's end, across it, and far past it from the start on.
  for (const std::string& prompt :
       {std::string(),
        std::string("a"),
        std::string("eleven char"),
        std::string("twelve chars"),
        std::string(100, 'z') + "The cat"}) {
    std::vector<TokenId> ids = {ByteTokenizer::kEndOfText};
    for (const unsigned char c : prompt) ids.push_back(c);
    const auto first = std::ssize(ids);
    bool ended = false;
    while (!ended && std::ssize(ids) < first + 40) {
      // Past the context the window moves by 6, when a 13th token comes.
      size_t start = 0;
      while (ids.size() - start > 12) start += 6;
      const auto logits = logits_of(model, std::span(ids).subspan(start));
      const auto id = logits[-1].argmax().item<int64_t>();
      ended = id == ByteTokenizer::kEndOfText;
      if (!ended) ids.push_back(static_cast<TokenId>(id));
    }
    GenerateOptions greedy{.max_tokens = 40};
    greedy.sampler.temperature = 0;
    const Generated got = generate(model, ByteTokenizer(), prompt, greedy);
    EXPECT_EQ(got.ids, std::vector(ids.begin() + first, ids.end())) << prompt;
    EXPECT_EQ(got.ended, ended) << prompt;
  }
}

TEST_F(F32Model, RunsOnTheThreadsAskedFor) {
  EXPECT_EQ(at::get_num_threads(), 1);
  timed_->make_predictor(2);
  EXPECT_EQ(at::get_num_threads(), 2);
  timed_->use_threads(1);
  EXPECT_EQ(at::get_num_threads(), 1);
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
