// CONTRIBUTING's "to add an optimizer": a class, and a line in optimizers().
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "nanobrain/train/inputs.h"
#include "nanobrain/train/optimizer.h"
#include "nanobrain/train/trainer.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::TinyRun;

/// Steps against the gradient's sign, each half as large as the one before: how
/// many there were is its state.
class SignDescent : public Optimizer {
 public:
  explicit SignDescent(std::vector<OptimizedParameter> parameters)
      : parameters_(std::move(parameters)) {}

  void step(int64_t, double lr, double) override {
    const torch::NoGradGuard no_grad;
    const double size = lr * std::exp2(-steps_.item<double>());
    for (const auto& p : parameters_) {
      p.value.sub_(size * p.value.grad().sign());
    }
    steps_ += 1;
  }
  std::vector<std::pair<std::string, torch::Tensor>> state() const override {
    return {{"steps", steps_}};
  }

 private:
  std::vector<OptimizedParameter> parameters_;
  torch::Tensor steps_ = torch::zeros({1}, torch::kFloat32);
};

class AddedOptimizer : public ::testing::Test {
 protected:
  AddedOptimizer() {
    optimizers()["sign_descent"] = [](const OptimizerConfig&, auto parameters) {
      return std::make_unique<SignDescent>(std::move(parameters));
    };
    config_.data = {
        tiny_.path("tokenizer"),
        tiny_.path("train.tokens"),
        tiny_.path("val.tokens")};
    config_.model.num_layers = 1;
    config_.model.num_heads = 2;
    config_.model.model_dim = 16;
    config_.model.max_seq_len = 16;
    config_.model.vocab_size = testing::tiny_tokenizer()->vocab_size();
    config_.train.steps = 4;
    config_.train.batch_size = 2;
    config_.train.seq_len = 16;
    config_.train.precision = TrainPrecision::kF32;
    config_.train.sample_every = 0;
    config_.train.checkpoint_every = 3;
    config_.train.threads = 1;
    config_.optimizer.kind = "sign_descent";
    config_.optimizer.lr = 1.0 / 64;
    config_.schedule.kind = ScheduleKind::kConstant;
    config_.schedule.warmup_steps = 0;
    std::filesystem::create_directory(tiny_.path("run"));
  }
  ~AddedOptimizer() override { optimizers().erase("sign_descent"); }

  NanoLM initial(const TrainingInputs& inputs) const {
    return initial_model(config_, *inputs.tokenizer);
  }
  RunFolder run() const { return {tiny_.path("run")}; }
  /// Runs to the end; the step that it started after.
  int64_t train(std::vector<torch::Tensor>* weights) {
    const TrainingInputs inputs = open_inputs(config_);
    Trainer trainer(config_, inputs, initial(inputs), run());
    const int64_t begin = trainer.state().step;
    trainer.run();
    *weights = trainer.model()->parameters();
    return begin;
  }

  TinyRun tiny_;
  RunConfig config_;
};

TEST_F(AddedOptimizer, TrainsAndIsResumed) {
  std::vector<torch::Tensor> weights, resumed;
  EXPECT_EQ(train(&weights), 0);
  std::filesystem::remove_all(run().checkpoint(4));
  EXPECT_EQ(train(&resumed), 3);
  // Steps of 8, 4, 2 and 1 times 1/512, up or down, or none where a gradient
  // is 0.
  const auto before = initial(open_inputs(config_))->parameters();
  ASSERT_EQ(before.size(), weights.size());
  double largest = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_TRUE(torch::equal(weights[i], resumed[i]));
    const auto moved = (weights[i] - before[i]).detach() * 512;
    EXPECT_LT((moved - moved.round()).abs().max().item<double>(), 1e-3);
    largest = std::max(largest, moved.abs().max().item<double>());
  }
  EXPECT_NEAR(largest, 15, 1e-3);
}

TEST(Optimizers, AConfigCanNameEachOfThem) {
  for (const auto& [kind, make] : optimizers()) {
    RunConfig config;
    config.optimizer.kind = kind;
    EXPECT_NO_THROW(config.validate()) << kind;
  }
}

} // namespace
} // namespace nanobrain
