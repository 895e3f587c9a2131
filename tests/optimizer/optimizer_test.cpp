#include "nanobrain/optimizer/optimizer.h"

#include <torch/nn/module.h>
#include <torch/optim/adamw.h>

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/optimizer/gradient_norm.h"
#include "tests/support/devices.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using testing::relative_error;
using torch::Tensor;

constexpr double kPeak = 4e-3;
constexpr int64_t kSteps = 10;

Tensor wave(int64_t count, double phase) {
  return torch::cos(torch::arange(count, torch::kFloat64) * 0.7 + phase);
}

/// The two parameters of tests/golden/make_training.py.
struct GoldenParameters {
  explicit GoldenParameters(torch::Device device) {
    matrix = matrix.to(device);
    vector = vector.to(device);
  }
  Tensor matrix = wave(35, 0).to(torch::kFloat32).view({7, 5});
  Tensor vector = wave(9, 0.5).to(torch::kFloat32);

  std::vector<OptimizedParameter> list() const {
    return {{"matrix", matrix, true}, {"vector", vector, false}};
  }
  void set_gradients(int64_t step) {
    const auto s = static_cast<double>(step);
    const double scale = 3.0 / (1 + s);
    matrix.mutable_grad() =
        (scale * wave(35, 1 + s)).to(matrix.options()).view({7, 5});
    vector.mutable_grad() = (scale * wave(9, 2 + s)).to(vector.options());
  }
};

Tensor to_tensor(const Json& list) {
  return torch::tensor(list.get<std::vector<double>>(), torch::kFloat64);
}

// Ten f32 updates with some ten roundings of 6e-8 each, on steps of up to
// 4e-3 beside weights near 1: 1e-6 leaves a factor of ten.
constexpr double kGoldenTolerance = 1e-6;

TEST(AdamWTest, EqualsPyTorchOverTenClippedStepsWithTwoGroups) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/training.json")["adamw"];
  for (const auto& device : testing::devices()) {
    GoldenParameters parameters(device);
    const auto optimizer = make_adamw({.lr = kPeak}, parameters.list());
    UpdateRatio ratio({parameters.matrix, parameters.vector});
    for (int64_t step = 0; step < kSteps; ++step) {
      SCOPED_TRACE(fmt::format("{}, step {}", device.str(), step));
      const Json& expected = golden[static_cast<size_t>(step)];
      parameters.set_gradients(step);
      const double norm =
          global_norm({parameters.matrix.grad(), parameters.vector.grad()});
      EXPECT_NEAR(norm, expected["grad_norm"].get<double>(), 1e-5);
      ratio.before_update();
      optimizer->step(
          step, kPeak / static_cast<double>(1 + step), clip_scale(norm, 4.0));
      // Differences of weights near 1, which are rounded by 6e-8 at most.
      EXPECT_NEAR(
          ratio.after_update(),
          expected["update_to_weight"].get<double>(),
          2e-7);
      for (const auto& parameter : parameters.list()) {
        const Tensor value = to_tensor(expected[parameter.name]);
        EXPECT_LT(relative_error(parameter.value, value), kGoldenTolerance)
            << parameter.name;
      }
    }
  }
}

// A second reference over more elements than one block, where the vector loop,
// its remainder and several threads take part.
TEST(AdamWTest, EqualsLibTorchsOptimizerOnALargeTensor) {
  const int64_t count = 200'003;
  Tensor ours = wave(count, 0).to(torch::kFloat32);
  Tensor theirs = ours.clone();
  const auto optimizer =
      make_adamw({.lr = kPeak, .weight_decay = 0.1}, {{"weight", ours, true}});
  torch::optim::AdamW reference(
      std::vector<Tensor>{theirs},
      torch::optim::AdamWOptions(kPeak)
          .betas(std::make_tuple(0.9, 0.95))
          .weight_decay(0.1));
  for (int64_t step = 0; step < kSteps; ++step) {
    const Tensor gradient =
        wave(count, static_cast<double>(3 * step)).to(torch::kFloat32);
    ours.mutable_grad() = gradient;
    theirs.mutable_grad() = gradient.clone();
    optimizer->step(step, kPeak, 1.0);
    reference.step();
  }
  EXPECT_LT(relative_error(ours, theirs.to(torch::kFloat64)), kGoldenTolerance);
}

TEST(AdamWTest, AnyNumberOfThreadsGivesTheSameBits) {
  const int threads = at::get_num_threads();
  const auto run = [](int count) {
    at::set_num_threads(count);
    Tensor weight = wave(150'001, 0).to(torch::kFloat32);
    const auto optimizer = make_adamw({}, {{"weight", weight, true}});
    std::vector<double> norms;
    for (int64_t step = 0; step < 3; ++step) {
      weight.mutable_grad() =
          wave(150'001, static_cast<double>(step)).to(torch::kFloat32);
      norms.push_back(global_norm({weight.grad()}));
      optimizer->step(step, kPeak, 0.5);
    }
    return std::pair(weight, norms);
  };
  const auto [weight, norms] = run(1);
  for (const int count : {2, 3}) {
    const auto other = run(count);
    EXPECT_TRUE(torch::equal(other.first, weight));
    EXPECT_EQ(other.second, norms);
  }
  at::set_num_threads(threads);
}

TEST(AdamWTest, NamesAParameterWithoutGradient) {
  GoldenParameters parameters(torch::kCPU);
  const auto optimizer = make_adamw({}, parameters.list());
  EXPECT_ERROR(Error, "matrix has no gradient", optimizer->step(0, kPeak, 1.0));
}

TEST(GradientNormTest, IsTheNormInDoubleAndShowsWhatIsNotFinite) {
  const Tensor values = wave(100'003, 0).to(torch::kFloat32) * 1e18;
  const double expected =
      values.to(torch::kFloat64).square().sum().sqrt().item<double>();
  // In f32 the squares would overflow. 1e5 additions in double: 1e-11.
  EXPECT_NEAR(global_norm({values}) / expected, 1, 1e-11);
  values[77] = NAN;
  EXPECT_TRUE(std::isnan(global_norm({values})));
  values[77] = INFINITY;
  EXPECT_TRUE(std::isinf(global_norm({values})));
}

TEST(GradientNormTest, ScaleBringsTheNormToItsLimit) {
  EXPECT_EQ(clip_scale(0.5, 1.0), 1);
  EXPECT_NEAR(4.0 * clip_scale(4.0, 1.0), 1, 1e-6);
  EXPECT_EQ(clip_scale(1e9, 0), 1);
}

struct TwoNamesImpl : torch::nn::Module {
  explicit TwoNamesImpl(bool tie) {
    const Tensor a = register_parameter("a", torch::ones({2, 3}));
    register_parameter("b", tie ? a.view(6).detach() : torch::ones({6}));
  }
};
const std::vector<Parameter> kTwoNames = {
    {"a", {2, 3}, Part::kBlocks, Role::kMatrix, 0},
    {"b", {6}, Part::kBlocks, Role::kNorm, 0}};

TEST(OptimizedParametersTest, AreTheInventorysEachWithItsOwnStorage) {
  const auto parameters = optimized_parameters(TwoNamesImpl(false), kTwoNames);
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0].name, "a");
  EXPECT_TRUE(parameters[0].decays);
  EXPECT_FALSE(parameters[1].decays);
  EXPECT_ERROR(
      Error,
      "b shares its storage",
      optimized_parameters(TwoNamesImpl(true), kTwoNames));
}

TEST(Optimizers, AConfigCanNameEachOfThem) {
  for (const auto& [kind, make] : optimizers()) {
    RunConfig config;
    GroupConfig group;
    group.kind = kind;
    group.match = {"matrix"};
    config.optimizer.groups["matrices"] = group;
    EXPECT_NO_THROW(config.validate()) << kind;
  }
}

} // namespace
} // namespace nanobrain
