// Each optimizer beside another implementation of it: ten updates of
// tests/golden/make_optimizers.py.
#include "nanobrain/base/json.h"
#include "nanobrain/optimizer/optimizer.h"
#include "tests/support/support.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using testing::relative_error;
using torch::Tensor;

constexpr double kLr = 0.02;

const Json& golden() {
  static const Json json =
      read_json(testing::source_dir() / "tests/golden/optimizers.json");
  return json;
}

Tensor golden_tensor(const Json& list) {
  return torch::tensor(list.get<std::vector<double>>(), torch::kFloat64);
}

const std::map<std::string, std::vector<int64_t>> kShapes = {
    {"tall", {9, 4}}, {"wide", {4, 7}}, {"square", {5, 5}}};

/// The parameters that a golden has, at their start.
std::vector<OptimizedParameter> parameters_of(const Json& expected) {
  std::vector<OptimizedParameter> parameters;
  for (const auto& [name, values] : expected.items()) {
    parameters.push_back(
        {name,
         golden_tensor(golden()["weights"][name])
             .to(torch::kFloat32)
             .view(kShapes.at(name)),
         /*decays=*/true});
  }
  return parameters;
}

void expect_golden(
    const UpdateConfig& config, const Json& expected, double tolerance) {
  auto parameters = parameters_of(expected);
  ASSERT_FALSE(parameters.empty());
  const auto optimizer = make_optimizer(config, parameters);
  for (int64_t step = 0; step < 10; ++step) {
    for (auto& [name, value, decays, stacked] : parameters) {
      // Twice the gradient at half the scale, as clipping gives it.
      value.mutable_grad() =
          2 *
          golden_tensor(golden()["gradients"][static_cast<size_t>(step)][name])
              .to(torch::kFloat32)
              .view_as(value);
    }
    optimizer->step(step, kLr / static_cast<double>(1 + step), 0.5);
  }
  for (const auto& parameter : parameters) {
    EXPECT_LT(
        relative_error(
            parameter.value.flatten(), golden_tensor(expected[parameter.name])),
        tolerance)
        << config.kind << " " << parameter.name;
  }
}

// Ten f32 updates with some ten roundings of 6e-8 each: 1e-6 leaves a factor
// of ten.
constexpr double kElementwise = 1e-6;
// Newton-Schulz multiplies what is small by up to 3.4^5 = 480.
constexpr double kIterated = 3e-5;

TEST(GoldenOptimizers, AdamWWithItsOwnBetasIsPyTorchs) {
  const UpdateConfig config{.kind = "adamw", .betas = {0.8, 0.99}};
  expect_golden(config, golden()["adamw"], kElementwise);
}

TEST(GoldenOptimizers, AdamWDecaysCautiouslyAndHasMomentsOfRows) {
  UpdateConfig config{.kind = "adamw", .betas = {0.8, 0.99}};
  config.cautious_decay = true;
  expect_golden(config, golden()["adamw_cautious"], kElementwise);
  config.cautious_decay = false;
  config.second_moment = SecondMoment::kRow;
  expect_golden(config, golden()["adamw_rows"], kElementwise);
}

TEST(GoldenOptimizers, MuonIsPyTorchs) {
  UpdateConfig config{.kind = "muon", .momentum = 0.9};
  expect_golden(config, golden()["muon"]["original"], kIterated);
  config.nesterov = false;
  config.muon_scale = MuonScale::kMatchRmsAdamw;
  expect_golden(config, golden()["muon"]["match_rms_adamw"], kIterated);
}

TEST(GoldenOptimizers, NorMuonIsThePapers) {
  const UpdateConfig config{
      .kind = "normuon",
      .momentum = 0.9,
      .orthogonalizer = Orthogonalizer::kExact,
      .muon_scale = MuonScale::kMatchRmsAdamw};
  expect_golden(config, golden()["normuon"], kElementwise);
}

TEST(GoldenOptimizers, LionIsThePapers) {
  const UpdateConfig config{
      .kind = "lion", .betas = {0.9, 0.95}, .cautious_decay = true};
  expect_golden(config, golden()["lion_cautious"], kElementwise);
}

TEST(GoldenOptimizers, SoapIsThePapers) {
  const UpdateConfig config{
      .kind = "soap", .betas = {0.9, 0.95}, .precondition_every = 3};
  // Eigenvectors of eigenvalues that f32 knows to 1e-7 of the largest.
  expect_golden(config, golden()["soap"], 1e-4);
}

} // namespace
} // namespace nanobrain
