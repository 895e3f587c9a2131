// CONTRIBUTING's "to add an optimizer": a class, and a line in optimizers().
#include <cmath>

#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/initial_model.h"
#include "nanobrain/train/inputs.h"
#include "nanobrain/train/trainer.h"
#include "tests/support/support.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::TinyRun;
using torch::Tensor;

/// Steps by the gradient's sign, each half the one before: it counts them.
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
  NamedTensors state() const override { return {{"steps", steps_}}; }

 private:
  std::vector<OptimizedParameter> parameters_;
  Tensor steps_ = torch::zeros({1}, torch::kFloat32);
};

TEST(AddedOptimizer, TrainsAndIsResumed) {
  optimizers()["sign_descent"] = [](const UpdateConfig&, auto parameters) {
    return std::make_unique<SignDescent>(std::move(parameters));
  };
  const TinyRun tiny;
  RunConfig config = read_run_config(
      tiny.config(),
      {"train.steps=4",
       "train.sample_every=0",
       "optimizer.lr=0.015625", // 1/64
       "schedule={kind: constant, warmup_steps: 0}"});
  config.optimizer.kind = "sign_descent";
  const TrainingInputs inputs = open_inputs(config);
  const RunFolder run{tiny.path("run")};
  fs::create_directory(run.root);
  // Runs to the end from the step that it must start after.
  const auto train = [&](int64_t step) {
    Trainer trainer(config, inputs, initial_model(config, inputs), run);
    EXPECT_EQ(trainer.state().step, step);
    trainer.run();
    return trainer.model()->parameters();
  };
  const auto weights = train(0);
  fs::remove_all(run.checkpoint(4));
  const auto resumed = train(3);
  // Steps of 8, 4, 2 and 1 times 1/512, up, down, or none for a gradient of 0.
  const auto before = initial_model(config, inputs)->parameters();
  ASSERT_EQ(before.size(), weights.size());
  double largest = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_TRUE(torch::equal(weights[i], resumed[i]));
    const auto moved = (weights[i] - before[i]).detach() * 512;
    EXPECT_LT((moved - moved.round()).abs().max().item<double>(), 1e-3);
    largest = std::max(largest, moved.abs().max().item<double>());
  }
  EXPECT_NEAR(largest, 15, 1e-3);
  optimizers().erase("sign_descent");
}

} // namespace
} // namespace nanobrain
