// The figures of metrics.jsonl that take more than one step to know.
#include "nanobrain/train/training_log.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "nanobrain/data/window_sampler.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;

/// As numpy.percentile has it, by its definition.
double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] +
         (at - std::floor(at)) * (values[above] - values[below]);
}

// Lines after steps 5, 6 (evaluated), 10 and 12 (evaluated), checkpoints after
// 3, 6, 9 and 12: what a line says of the steps before does not depend on where
// the run was resumed.
TEST(TrainingLog, PercentilesAreOfTheStepsSinceTheLastLine) {
  const TinyRun tiny;
  tiny.train("each");
  const std::vector<std::string> overrides = {"train.log_every=5"};
  tiny.train("run", overrides);
  const auto each = metrics_without_times(tiny.path("each"));
  const auto lines = metrics_without_times(tiny.path("run"));
  ASSERT_EQ(lines.size(), 4U);
  size_t step = 0;
  for (const Json& line : lines) {
    std::vector<double> norms;
    for (; step < line["step"]; ++step)
      norms.push_back(each[step]["grad_norm"]);
    ASSERT_EQ(line.contains("grad_norm_p50"), norms.size() > 1);
    EXPECT_EQ(line["grad_norm"], norms.back());
    // A copy of the weights is taken for these alone.
    EXPECT_EQ(line.contains("update_to_weight"), step % 5 == 0);
    if (norms.size() == 1) continue;
    EXPECT_NEAR(line["grad_norm_p50"], percentile(norms, 0.5), 1e-12);
    EXPECT_NEAR(line["grad_norm_p90"], percentile(norms, 0.9), 1e-12);
    EXPECT_EQ(line["grad_norm_max"], *std::ranges::max_element(norms));
  }
  for (const int64_t from : {3, 9}) {
    rewind_run(tiny.path("run"), from);
    tiny.train("run", overrides, /*resume=*/true);
    EXPECT_EQ(metrics_without_times(tiny.path("run")), lines) << from;
  }
  for (const Json& line : each) EXPECT_FALSE(line.contains("grad_norm_p50"));
}

TEST(TrainingLog, CountsIdsThatNoWindowHasHad) {
  const TinyRun tiny;
  tiny.train("run", {"train.batch_size=2", "train.grad_accum_steps=2"});
  const TokenFile file(tiny.path("train.tokens"));
  const WindowSampler sampler(file.size(), 16, 42);
  std::set<TokenId> seen;
  int64_t step = 0;
  for (const Json& line : metrics_without_times(tiny.path("run"))) {
    for (const int64_t begin : sampler.draw(4 * step++, 4)) {
      for (int64_t i = 0; i <= 16; ++i) seen.insert(file[begin + i]);
    }
    EXPECT_EQ(line["ids_never_seen"], 290 - std::ssize(seen));
  }
  EXPECT_EQ(step, 12);
}

} // namespace
} // namespace nanobrain
