// Weights at step 0, by the keys of init.
#include "nanobrain/train/initial_model.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/model/f32_model.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/count_bigram.h"
#include "tests/support/tensor_error.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::TinyRun;
using torch::Tensor;

class InitialModelTest : public ::testing::Test {
 protected:
  NanoLM model(const std::vector<std::string>& overrides) {
    config_ = read_run_config(tiny_.config(), overrides);
    inputs_.emplace(open_inputs(config_));
    return initial_model(config_, *inputs_);
  }

  TinyRun tiny_;
  RunConfig config_;
  std::optional<TrainingInputs> inputs_;
};

double deviation(const Tensor& x) {
  return x.square().mean().sqrt().item<double>();
}

TEST_F(InitialModelTest, FanInIsTheModelOfTheSeed) {
  const NanoLM found = model({"train.seed=7"});
  const NanoLM expected(config_.model, 7);
  const auto tensors = found->named_parameters();
  for (const auto& item : expected->named_parameters()) {
    EXPECT_TRUE(torch::equal(tensors[item.key()], item.value())) << item.key();
  }
}

TEST_F(InitialModelTest, Gpt2HasItsDeviations) {
  const NanoLM found = model({"init.kind=gpt2", "model.num_layers=3"});
  for (const auto& item : found->named_parameters()) {
    const std::string& name = item.key();
    const Tensor& value = item.value();
    if (value.dim() != 2) continue;
    const bool into_residual = name.ends_with("c_proj.weight");
    const double expected = into_residual ? 0.02 / std::sqrt(6.0) : 0.02;
    // A sample's deviation has one of 1 / sqrt(2 n): five of those.
    EXPECT_NEAR(
        deviation(value) / expected,
        1,
        5 / std::sqrt(2.0 * static_cast<double>(value.numel())))
        << name;
  }
}

TEST_F(InitialModelTest, ZeroOutLeavesTheResidualAlone) {
  const NanoLM zero = model({"init.kind=zero_out"});
  const NanoLM fan_in = model({});
  const auto tensors = fan_in->named_parameters();
  for (const auto& item : zero->named_parameters()) {
    const bool into_residual = item.key().ends_with("c_proj.weight");
    const Tensor& expected = tensors[item.key()];
    EXPECT_TRUE(torch::equal(
        item.value(), into_residual ? torch::zeros_like(expected) : expected))
        << item.key();
  }
}

TEST_F(InitialModelTest, EmbedderAndPositionsAreScaled) {
  const NanoLM plain = model({});
  const NanoLM scaled =
      model({"init.embedder_scale=2", "init.position_scale=0.25"});
  EXPECT_TRUE(torch::equal(scaled->wte->weight, plain->wte->weight * 2));
  EXPECT_TRUE(torch::equal(scaled->wpe->weight, plain->wpe->weight * 0.25));
  EXPECT_TRUE(torch::equal(
      scaled->named_parameters()["h.0.mlp.c_fc.weight"],
      plain->named_parameters()["h.0.mlp.c_fc.weight"]));
}

/// Nats per token of the unigram of the run's windows on the validation file.
double unigram_loss(const RunConfig& config, const TrainingInputs& inputs) {
  const TokenFile &train = inputs.train, &val = inputs.val;
  std::vector<double> counts(static_cast<size_t>(config.model.vocab_size), 1.0);
  const WindowSampler sampler(train.size(), config.train.seq_len, 42);
  double all = static_cast<double>(counts.size());
  for (const auto& [begin, end] :
       sampler.covered(config.train.steps * config.train.batch_size)) {
    for (int64_t i = begin + 1; i < end; ++i, ++all) {
      ++counts[static_cast<size_t>(train[i])];
    }
  }
  double nats = 0;
  for (int64_t i = 1; i < val.size(); ++i) {
    nats -= std::log(counts[static_cast<size_t>(val[i])] / all);
  }
  return nats / static_cast<double>(val.size() - 1);
}

double loss_of(
    NanoLM& model, const RunConfig& config, const TrainingInputs& in) {
  return evaluate(
             model, in.val, *in.tokenizer, {.context = config.train.seq_len})
      .nats_per_token();
}

TEST_F(InitialModelTest, FromCountsIsTheUnigramAtTheStart) {
  // Small rows: what the final norm makes of them is little beside the bias.
  NanoLM counted =
      model({"init={from_counts: true, kind: zero_out, embedder_scale: 0.01}"});
  const double unigram = unigram_loss(config_, *inputs_);
  EXPECT_LT(unigram, std::log(290.0) - 1);
  EXPECT_NEAR(loss_of(counted, config_, *inputs_), unigram, 0.05);
}

TEST_F(InitialModelTest, TheBigramIsBetterThanTheUnigramAtTheStart) {
  const std::string init = "init={from_counts: true, kind: zero_out, bigram: ";
  for (const char* scale : {"1", "2"}) {
    NanoLM without = model({init + "false, embedder_scale: " + scale + "}"});
    const double loss_without = loss_of(without, config_, *inputs_);
    NanoLM with = model(
        {init + "true, position_scale: 0, embedder_scale: " + scale + "}"});
    const double loss = loss_of(with, config_, *inputs_);
    EXPECT_LT(loss, unigram_loss(config_, *inputs_) - 0.3) << scale;
    EXPECT_LT(loss, loss_without - 0.3) << scale;
  }
}

TEST_F(InitialModelTest, TheFirstBlockIsExactlyTheBigramsMap) {
  NanoLM found =
      model({"init={from_counts: true, bigram: true}", "model.bias=true"});
  const WindowSampler sampler(inputs_->train.size(), 16, 42);
  const auto ranges =
      sampler.covered(config_.train.windows_of(config_.train.steps));
  const Tensor map = count_bigram(
      count_pairs(inputs_->train, ranges, 1), found->wte->weight.detach());
  const Tensor x = torch::randn({5, config_.model.model_dim});
  const torch::NoGradGuard no_grad;
  EXPECT_LT(
      testing::relative_error(
          found->h[0]->as<Block>()->mlp->forward(x), x.mm(map)),
      1e-5); // of f32 products
}

TEST_F(InitialModelTest, NamesCountsWithAModelToStartFrom) {
  EXPECT_ERROR(
      UsageError,
      "[init] is of random weights, but train.init_from starts from",
      model({"init.from_counts=true", "train.init_from=elsewhere"}));
}

} // namespace
} // namespace nanobrain
