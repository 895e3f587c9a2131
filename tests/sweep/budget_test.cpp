// Budgets beside their schedules, and minutes with a program that stands in
// for nanobrain.
#include "nanobrain/sweep/budget.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/halving.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

/// What is said of a sweep's steps; empty: nothing.
std::string refusal(const std::string& rest) {
  const SweepFiles files;
  const SweepConfig sweep = files.read(rest);
  try {
    require_decay(sweep, make_cells(sweep));
    require_steps(sweep, make_cells(sweep));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

const std::string kTwo = "grid: {model.num_layers: [1, 2]}\n";

TEST(Budget, IsThreeWarmupsOrMore) {
  // The base's warm-up is 50 steps.
  EXPECT_EQ(refusal(kTwo + "budget: {steps: 150}\n"), "");
  EXPECT_EQ(
      refusal(kTwo + "budget: {steps: 149}\n"),
      "[cell num_layers=1] has a budget of 149 steps, under three times its "
      "warm-up of 50; give it --budget steps=150 or more, or --set "
      "set.schedule.warmup_steps=N of at most 49");
  EXPECT_EQ(
      refusal(kTwo + "budget: {steps: 5}\nset: {schedule.warmup_steps: 1}\n"),
      "");
  EXPECT_THAT(
      refusal("grid: {schedule.warmup_steps: [10, 40, 30]}\nbudget: {steps: "
              "100}\n"),
      HasSubstr(
          "[cell warmup_steps=40] has a budget of 100 steps, under three times "
          "its warm-up of 40; give it --budget steps=120 or more, or no "
          "schedule.warmup_steps in the grid over 33"));
}

TEST(Budget, TheNearestThatWorksIsOfTheSameKindAndWorks) {
  // 2 x 8 tokens a step.
  EXPECT_THAT(
      refusal(kTwo + "budget: {tokens: 1000}\n"),
      HasSubstr("--budget tokens=2400 or more"));
  const std::string flops = refusal(kTwo + "budget: {flops: 1e+7}\n");
  const std::string key = "--budget flops=";
  ASSERT_THAT(flops, HasSubstr(key));
  const size_t begin = flops.find(key) + key.size();
  const std::string least = flops.substr(begin, flops.find(' ', begin) - begin);
  EXPECT_EQ(refusal(kTwo + "budget: {flops: " + least + "}\n"), "");
}

TEST(Budget, HalvingRanksWhatHasDecayedAtDifferentBudgets) {
  const std::string halving = "search: {kind: halving}\nbudget: {steps: 300}\n";
  EXPECT_EQ(refusal(kTwo + halving), "");
  for (const char* never :
       {"schedule.kind: [cosine, constant]",
        "schedule.final_fraction: [0.1, 1.0]",
        "shape: [{schedule.kind: wsd, schedule.decay_fraction: 0.0}]"}) {
    const std::string grid = std::string("grid: {") + never + "}\n";
    EXPECT_THAT(
        refusal(grid + halving),
        HasSubstr("has a learning rate that never falls"));
    EXPECT_EQ(refusal(grid + "budget: {steps: 300}\n"), "");
  }
  const std::string cold = kTwo +
                           "set: {schedule.warmup_steps: 0, schedule.kind: "
                           "wsd, schedule.decay_fraction: 0.1}\n";
  EXPECT_THAT(
      refusal(cold + "budget: {steps: 16}\nsearch: {kind: halving}\n"),
      HasSubstr("of 16 steps has a rung of 4, too few for its rate to decay"));
  EXPECT_THAT(
      refusal(
          cold + "budget: {steps: 20}\n"
                 "search: {kind: halving, rungs: 4, fraction: 0.99}\n"),
      HasSubstr("of 20 steps has a rung of 20, as the one before it; give"));
}

/// Its speed is 1,000 tokens/s a layer and, of the second job, 200 more. It
/// waits until two run at once.
constexpr const char* kProgram = R"(#!/bin/bash
here=$(dirname "$0")
layers=$(grep -oP 'num_layers: \K\d+' "$3")
echo "$layers $*" >> "$here/measured"
for i in $(seq 500); do
  [ $(wc -l < "$here/measured") -ge $(( layers * 2 )) ] && break
  sleep 0.02
done
[ $i = 500 ] && { echo "alone" >&2; exit 1; }
mkdir "$here/first-$layers" 2>/dev/null && more=0 || more=200
echo "{\"tokens_per_s\": $(( layers * 1000 + more ))}"
)";

class MinutesTest : public ::testing::Test {
 protected:
  MinutesTest() {
    write_text(files_.path("program"), kProgram);
    fs::permissions(files_.path("program"), fs::perms::owner_all);
  }
  std::vector<Cell> fix(const SweepConfig& sweep) const {
    open_sweep_folder(folder_, sweep);
    auto cells = make_cells(sweep);
    set_steps_by_minutes(
        folder_,
        sweep,
        {.threads = 3, .cpus = {{}, {}}},
        files_.path("program"),
        cells);
    return cells;
  }
  std::string measured() const { return read_text(files_.path("measured")); }

  SweepFiles files_;
  SweepFolder folder_{files_.path("out")};
};

TEST_F(MinutesTest, AreMeasuredOnceForTheJobsThatRunSideBySide) {
  // Rates take no time: two kinds of work.
  const auto sweep = files_.read(
      "grid: {model.num_layers: [1, 2], optimizer.lr: [0.1, 0.2]}\n"
      "budget: {minutes: 3}\n");
  const auto cells = fix(sweep);
  // 2 jobs, of which the median counts: 1,100 and 2,100 tokens/s of 16 a step.
  EXPECT_EQ(cells[0].config.train.steps, 12'375);
  EXPECT_EQ(cells[1].config.train.steps, 12'375);
  EXPECT_EQ(cells[2].config.train.steps, 23'625);
  EXPECT_EQ(std::ranges::count(measured(), '\n'), 2 * 2);
  EXPECT_THAT(measured(), HasSubstr("--seconds=3 --threads=3 --json"));
  const Json written = read_json(folder_.minutes());
  EXPECT_EQ(written["minutes"], 3);
  EXPECT_EQ(written["jobs"], 2);
  EXPECT_EQ(written["threads"], 3);
  EXPECT_EQ(
      written["cells"]["num_layers=2,lr=0.2"],
      Json({{"tokens_per_s", 2100.0}, {"steps", 23'625}}));
  EXPECT_FALSE(fs::exists(folder_.cells())); // no cell has been begun

  const std::string before = measured();
  EXPECT_EQ(fix(sweep)[3].config.train.steps, 23'625);
  EXPECT_EQ(measured(), before);
  for (const char* damaged :
       {"{}",
        "[]",
        R"({"cells": {"num_layers=1,lr=0.1": {}}})",
        R"({"cells": {"num_layers=1,lr=0.1": {"steps": "many"}}})"}) {
    write_text(folder_.minutes(), damaged);
    EXPECT_ERROR(Error, "minutes.json] is damaged: ", fix(sweep));
  }
}

TEST_F(MinutesTest, UnderThreeWarmupsAreRefused) {
  const auto sweep =
      files_.read("grid: {model.num_layers: [1]}\nbudget: {minutes: 0.01}\n");
  // 0.6 s are 41 steps; 150 are 0.0366 minutes.
  EXPECT_ERROR(
      UsageError,
      "has a budget of 41 steps, under three times its warm-up of 50; give it "
      "--budget minutes=0.0384 or more, or --set "
      "set.schedule.warmup_steps=N of at most 13; name another folder or "
      "remove " +
          folder_.root.string(),
      fix(sweep));
  EXPECT_FALSE(fs::exists(folder_.minutes()));
}

TEST_F(MinutesTest, AreNotMeasuredAgainBesideRuns) {
  const auto sweep = files_.read(
      kTwo + "budget: {minutes: 3}\nsearch: {kind: halving, rungs: 2}\n");
  const auto cells = fix(sweep);
  for (const Cell& cell : first_cells(sweep, cells)) write_cell(folder_, cell);
  const std::string before = measured();
  EXPECT_EQ(fix(sweep)[0].config.train.steps, cells[0].config.train.steps);
  fs::remove(folder_.minutes());
  EXPECT_ERROR(
      Error, "minutes.json] lacks the steps with which cells", fix(sweep));
  EXPECT_EQ(measured(), before);
}

TEST_F(MinutesTest, OfAnOlderFolderAreItsCellsSteps) {
  const auto sweep = files_.read(kTwo + "budget: {minutes: 3}\n");
  open_sweep_folder(folder_, sweep);
  auto cells = make_cells(sweep);
  EXPECT_TRUE(read_minutes(folder_, cells).is_null());
  for (Cell& cell : cells) {
    cell.config.train.steps = 77;
    write_cell(folder_, cell);
  }
  EXPECT_EQ(fix(sweep)[1].config.train.steps, 77);
  EXPECT_FALSE(fs::exists(files_.path("measured")));
}

} // namespace
} // namespace nanobrain::testing
