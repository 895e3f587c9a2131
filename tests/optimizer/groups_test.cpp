#include "nanobrain/optimizer/groups.h"

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameter_groups.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/optimizer/schedule.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;

RunConfig two_groups() {
  RunConfig config;
  config.model = {
      .num_layers = 1,
      .num_heads = 2,
      .model_dim = 8,
      .ffn_dim = 16,
      .vocab_size = 20,
      .max_seq_len = 4};
  config.train.steps = 10;
  config.train.seq_len = 4;
  config.schedule = {.kind = ScheduleKind::kConstant, .warmup_steps = 0};
  GroupConfig matrices;
  matrices.kind = "muon";
  matrices.lr = 0.25;
  matrices.orthogonalizer = Orthogonalizer::kExact;
  matrices.weight_decay = 0;
  matrices.match = {"matrix"};
  matrices.schedule = ScheduleConfig{
      .kind = ScheduleKind::kLinear, .warmup_steps = 0, .final_fraction = 0};
  config.optimizer.groups["matrices"] = matrices;
  return config;
}

TEST(ParameterGroupsTest, EachMovesItsParametersAtItsOwnRate) {
  const RunConfig config = two_groups();
  config.validate();
  NanoLM model(config.model, 1);
  ParameterGroups groups(
      config, optimized_parameters(*model, list_parameters(config.model)));
  std::map<std::string, Tensor> before;
  for (auto& item : model->named_parameters()) {
    before[item.key()] = item.value().detach().clone();
    item.value().mutable_grad() = torch::ones_like(item.value().detach());
  }
  groups.step(/*step=*/4, /*updates=*/0, 1.0);
  EXPECT_EQ(groups.lr(4), config.optimizer.lr);
  // Muon moves a matrix by its rate, half of 0.25 after step 4 of 10, as a
  // whole: gradients of ones have one singular value, made 1.
  const auto moved = [&](const std::string& name) {
    return (before[name] - model->named_parameters()[name].detach());
  };
  const Tensor step = moved("h.0.attn.c_proj.weight");
  EXPECT_NEAR(step.norm().item<double>(), 0.125, 1e-6);
  // q, k and v each by themselves.
  EXPECT_NEAR(
      moved("h.0.attn.c_attn.weight").norm().item<double>() /
          step.norm().item<double>(),
      std::sqrt(3.0),
      1e-5);
  // AdamW moves each element by its rate; here without decay, from 0.
  EXPECT_NEAR(moved("ln_f.bias").abs().max().item<double>(), 4e-3, 1e-8);
}

TEST(ParameterGroupsTest, StateNamesEveryParameterOnce) {
  const RunConfig config = two_groups();
  NanoLM model(config.model, 1);
  const ParameterGroups groups(
      config, optimized_parameters(*model, list_parameters(config.model)));
  std::set<std::string> names;
  for (const auto& [name, tensor] : groups.state()) {
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_TRUE(names.contains("momentum_buffer.h.0.mlp.c_fc.weight"));
  EXPECT_TRUE(names.contains("exp_avg.wte.weight"));
  EXPECT_FALSE(names.contains("exp_avg.h.0.mlp.c_fc.weight"));
}

TEST(ParameterGroupsTest, NamesWhatCannotBe) {
  const auto expect_refused = [](const auto& change, const char* message) {
    RunConfig config = two_groups();
    change(config.optimizer.groups["matrices"], config);
    EXPECT_ERROR(UsageError, message, config.validate());
  };
  expect_refused(
      [](auto& group, auto&) { group.match = {}; }, "names no parameters");
  expect_refused(
      [](auto& group, auto&) { group.match = {"matrices"}; },
      "\"matrices\", which is no role");
  expect_refused(
      [](auto& group, auto&) { group.match = {"h.7.*"}; },
      "matches no parameter of this model");
  expect_refused(
      [](auto& group, auto&) {
        group.match = {"matrix", "norm"};
      },
      "muon, which updates matrices alone, but h.0.ln_1.weight is a vector");
  expect_refused(
      [](auto&, auto& config) {
        auto other = config.optimizer.groups["matrices"];
        other.match = {"h.0.mlp.*"};
        config.optimizer.groups["other"] = other;
      },
      "[optimizer.groups.other.match] has h.0.mlp.c_fc.weight, which matrices "
      "has already");
  expect_refused(
      [](auto& group, auto&) { group.lr = -1; },
      "[optimizer.groups.matrices.lr] must be positive");
  expect_refused(
      [](auto&, auto& config) { config.optimizer.average.start = 1; },
      "[optimizer.average.start] must be in [0, 1)");
  expect_refused(
      [](auto&, auto& config) {
        config.optimizer.average = {.kind = AverageKind::kTail, .start = 0.96};
      },
      "[optimizer.average.start] is 0.96, after the last of 10 steps; set it "
      "to 0.9 or less");
  expect_refused(
      [](auto&, auto& config) {
        config.init.from_counts = true;
        config.train.init_from = "other";
      },
      "[init] is of random weights, but train.init_from starts from");
}

TEST(ParameterGroupsTest, NamesAScheduleThatIsLongerThanTheRun) {
  RunConfig config = two_groups();
  EXPECT_NO_THROW(require_schedules_fit(config));
  config.schedule.warmup_steps = 11;
  EXPECT_ERROR(
      UsageError,
      "[schedule.warmup_steps] is 11, more than the 10 of train.steps",
      require_schedules_fit(config));
  config.schedule.warmup_steps = 10;
  config.optimizer.groups["matrices"].schedule->warmup_steps = 11;
  EXPECT_ERROR(
      UsageError,
      "[optimizer.groups.matrices.schedule.warmup_steps] is 11, more than",
      require_schedules_fit(config));
}

} // namespace
} // namespace nanobrain
