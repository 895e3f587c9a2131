// The end of a sweep with a program that stands in for nanobrain: what is
// evaluated, and how often.
#include "nanobrain/sweep/closing.h"

#include "nanobrain/base/file.h"
#include "nanobrain/sweep/baseline_tables.h"
#include "nanobrain/sweep/confirm.h"
#include "nanobrain/sweep/failure.h"
#include "nanobrain/sweep/summary.h"
#include "nanobrain/yaml/yaml.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// Says what the run said on val.tokens, and 0.1 more on test.tokens.
constexpr const char* kProgram = R"(#!/bin/bash
here=$(dirname "$0")
echo "$@" >> "$here/evaluated"
ls -l /proc/$$/fd | grep -q end.lock || { echo "without the lock" >&2; exit 1; }
. "$here/mischief"
model=${2#--model=}
bits=$(grep -oP '"val_bits_per_byte": \K[0-9.]+' "$model/../result.json")
case $3 in
  *test.tokens) bits=$(awk "BEGIN {print $bits + 0.1}");;
esac
echo "{\"bits_per_byte\": $bits, \"baseline_tokens\": 64, \"baseline_counted\": \"seen\", \"baseline_seen\": ${seen:-true},
  \"baselines\": [{\"name\": \"bigram (Kneser-Ney)\", \"bits_per_byte\": 1.9}]}"
)";

/// 1 and 2 layers x batches of 2 and 4: two budgets of training.
class Closing : public ::testing::Test {
 protected:
  explicit Closing(const std::string& more = "")
      : sweep_(
            "grid: {model.num_layers: [1, 2], train.batch_size: [2, 4]}\n"
            "budget: {steps: 4}\nretries: 1\n" +
            more) {}

  void SetUp() override {
    write_text(program(), kProgram);
    fs::permissions(program(), fs::perms::owner_all);
    mischief("");
    write_text(sweep_.path("test.tokens"), "");
    for (const Cell& cell : cells_) {
      for (const int64_t seed : {1, 2, 3}) finish(cell, seed, 2.0);
    }
    for (const int64_t seed : {1, 2, 3}) finish(cells_[2], seed, 1.8);
  }

  void finish(const Cell& cell, int64_t seed, double bits) const {
    finish_in(sweep_.folder(), cell, seed, bits);
  }
  /// Its result, its config and what its run folder says of the data.
  void finish_in(
      const SweepFolder& folder,
      const Cell& cell,
      int64_t seed,
      double bits) const {
    const double noisy = bits + 0.01 * static_cast<double>(seed % 3);
    sweep_.finish(cell.id, seed, noisy);
    const SeedFolder from = sweep_.folder().seed(cell.id, seed);
    const SeedFolder run = folder.seed(cell.id, seed);
    if (run.root != from.root) {
      fs::create_directories(run.root);
      fs::copy(from.result(), run.result());
      fs::copy(from.status(), run.status());
    }
    write_file(
        run.config(), to_yaml(write_fields(config_for_seed(cell, seed))));
    fs::create_directories(run.run().root);
    write_json(
        run.run().record(),
        {{"data", {{"train", {{"xxh3", "a"}}}, {"val", {{"xxh3", "b"}}}}}});
  }
  fs::path program() const { return sweep_.path("program"); }
  void mischief(const std::string& script) const {
    write_text(sweep_.path("mischief"), script);
  }
  void close(const SweepFolder& folder) const {
    const Claim claim = Claim::wait(folder.root / "end.lock");
    close_sweep(folder, {program(), 3, {}}, claim);
  }
  void close() const { close(sweep_.folder()); }
  std::vector<std::string> evaluated() const {
    std::vector<std::string> lines;
    const fs::path log = sweep_.path("evaluated");
    if (!fs::exists(log)) return lines;
    std::istringstream text(read_text(log));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  SweepSummary summary() const { return summarize_sweep(sweep_.folder()); }

  SweepResults sweep_;
  std::vector<Cell> cells_ = make_cells(read_sweep_folder(sweep_.folder()));
};

TEST_F(Closing, CountsEachBudgetOnceAndEvaluatesTheBestOnTest) {
  close();
  const auto lines = evaluated();
  // Two budgets on val.tokens, three seeds of the best cell on test.tokens.
  ASSERT_EQ(lines.size(), 5u);
  const SeedFolder first = sweep_.folder().seed(cells_[0].id, 1);
  EXPECT_EQ(
      lines[0],
      "eval --model=" + first.run().root.string() +
          " --input=" + sweep_.path("b.tokens") +
          " --context=8 --threads=3 --baseline-tokens=" +
          sweep_.path("a.tokens") + " --json");
  const SweepSummary sweep = summary();
  ASSERT_EQ(sweep.baselines.counted.size(), 2u);
  const CountedBaselines& counted = sweep.baselines.counted[0];
  EXPECT_EQ(counted.budget["windows"], 4 * 2);
  EXPECT_THAT(counted.cells, ElementsAre(cells_[0].id, cells_[2].id));
  EXPECT_EQ(counted.data_seed, 1);
  EXPECT_EQ(counted.tokens, 64);
  EXPECT_EQ(sweep.baselines.of(cells_[3].id), &sweep.baselines.counted[1]);
  EXPECT_EQ(sweep.baselines.missing, "");

  ASSERT_EQ(sweep.test.looks.size(), 1u);
  ASSERT_EQ(sweep.test.looks[0].cells.size(), 1u);
  const TestedCell& best = sweep.test.looks[0].cells[0];
  EXPECT_EQ(best.id, cells_[2].id);
  EXPECT_THAT(best.seeds, ElementsAre("1", "2", "3"));
  EXPECT_THAT(best.val, ElementsAre(1.81, 1.82, 1.80));
  EXPECT_THAT(
      best.test,
      ElementsAre(
          DoubleNear(1.91, 1e-9),
          DoubleNear(1.92, 1e-9),
          DoubleNear(1.90, 1e-9)));
  EXPECT_EQ(best.ngrams.size(), 1u);
}

TEST_F(Closing, NothingIsDoneTwice) {
  close();
  close();
  EXPECT_EQ(evaluated().size(), 5u);
  // Another cell is best now: test is looked at again, and both looks stay.
  for (const int64_t seed : {1, 2, 3}) finish(cells_[1], seed, 1.7);
  close();
  EXPECT_EQ(evaluated().size(), 8u);
  EXPECT_EQ(summary().test.looks.size(), 2u);
  EXPECT_EQ(summary().test.looks[1].cells[0].id, cells_[1].id);
}

TEST_F(Closing, AnUnfinishedSweepIsLeftAlone) {
  RunStatus status;
  status.state = "interrupted";
  sweep_.set_status(3, 3, status);
  close();
  EXPECT_TRUE(evaluated().empty());
  status.state = "failed"; // and is tried once more
  status.attempts = 1;
  sweep_.set_status(3, 3, status);
  close();
  EXPECT_TRUE(evaluated().empty());
  status.attempts = 2;
  sweep_.set_status(3, 3, status);
  close();
  EXPECT_EQ(evaluated().size(), 5u);
}

TEST_F(Closing, WithoutTestTokensItSaysSo) {
  fs::remove(sweep_.path("test.tokens"));
  close();
  EXPECT_EQ(evaluated().size(), 2u);
  EXPECT_EQ(summary().test.missing, "no test.tokens");
  write_text(sweep_.path("test.tokens"), "");
  close();
  EXPECT_EQ(summary().test.looks.size(), 1u);
  EXPECT_EQ(summary().test.missing, "");
}

/// The best cell is chosen on a tuning slice, and reported on other files.
class Measuring : public Closing {
 protected:
  Measuring()
      : Closing("measure: {official: official.tokens, test: test.tokens}\n") {}
};

TEST_F(Measuring, TheChosenCellIsEvaluatedOnEachFileOnce) {
  write_text(sweep_.path("official.tokens"), "");
  close();
  close();
  // Two budgets' n-grams, three seeds on each of two files.
  EXPECT_EQ(evaluated().size(), 2u + 6u);
  const SweepSummary sweep = summary();
  ASSERT_EQ(sweep.test.looks.size(), 1u);
  const TestedCell& best = sweep.test.looks[0].cells[0];
  EXPECT_TRUE(best.test.empty());
  EXPECT_EQ(best.measured["official"], Json({1.81, 1.82, 1.80}));
  EXPECT_NEAR(best.measured["test"][0].get<double>(), 1.91, 1e-9);
  EXPECT_THAT(
      closing_text(sweep),
      AllOf(
          HasSubstr("chosen on data.val: " + cells_[2].id + ", 1.8100"),
          HasSubstr("on official, 1.9100"),
          HasSubstr("official, test was looked at once")));
  const Table cells = cells_table(sweep);
  EXPECT_THAT(cells.text(), HasSubstr("bits per byte on official"));
  EXPECT_THAT(
      cells.csv(), HasSubstr("measured_test,measured_test_low,measured_test"));
  const std::string runs = runs_table(sweep).csv();
  EXPECT_THAT(runs, HasSubstr("measured_official,measured_test\n"));
  EXPECT_THAT(runs, HasSubstr(",1.81,1.91\n"));
  EXPECT_THAT(runs, HasSubstr(",,\n")); // not chosen
}

TEST_F(Closing, WhatFailsIsSaidAndEndsNothing) {
  mischief("echo '[eval] no such tokens' >&2; exit 1");
  close();
  EXPECT_THAT(
      summary().baselines.missing,
      AllOf(
          StartsWith(cells_[0].id + " and 3 more: "),
          HasSubstr("no such tokens")));
  EXPECT_THAT(summary().test.missing, HasSubstr("no such tokens"));
  mischief("");
  close();
  EXPECT_EQ(summary().baselines.missing, "");
  EXPECT_EQ(summary().baselines.counted.size(), 2u);
}

TEST_F(Closing, WhatIsCountedIsStoredBeforeTheNextIs) {
  mischief("cp $here/depth/baselines.json $here/stored; true");
  fs::remove(sweep_.path("test.tokens"));
  close();
  EXPECT_EQ(evaluated().size(), 2u);
  const Json stored = read_json(sweep_.path("stored"));
  ASSERT_EQ(stored["counted"].size(), 1u);
  EXPECT_EQ(stored["counted"][0]["cells"], Json({cells_[0].id}));
}

TEST(FailureOf, IsWhatAnyExceptionSays) {
  EXPECT_EQ(failure_of([] {}), "");
  EXPECT_THAT(
      failure_of([] { fs::resize_file("absent", 0); }), HasSubstr("[absent]"));
  EXPECT_THAT(
      failure_of([] { Json().at("rows"); }), StartsWith("a file is not as"));
  EXPECT_THROW(failure_of([] { throw Interrupted(""); }), Interrupted);
}

TEST_F(Closing, AnotherFigureThanTheRunsIsNoBaseline) {
  mischief("echo '{\"bits_per_byte\": 2.5}'; exit");
  close();
  EXPECT_THAT(
      summary().baselines.missing,
      HasSubstr("gives 2.5000 bits per byte and gave 2.0100"));
  EXPECT_TRUE(summary().baselines.counted.empty());
}

TEST_F(Closing, NothingIsCountedOnAnotherFileThanTheRunsSaw) {
  mischief("seen=false");
  close();
  EXPECT_THAT(
      summary().baselines.missing,
      HasSubstr("is not the file that the run was trained on"));
  EXPECT_TRUE(summary().baselines.counted.empty());
}

TEST_F(Closing, AllCellsOfAConfirmationAreEvaluatedOnTest) {
  close();
  const SweepFolder again = open_confirmation(sweep_.folder(), 2);
  const auto cells = make_cells(read_sweep_folder(again));
  ASSERT_GE(cells.size(), 2u);
  for (const Cell& cell : cells) {
    write_cell(again, cell);
    for (const int64_t seed : {4, 5}) finish_in(again, cell, seed, 1.85);
  }
  close(again);
  const SweepSummary confirmed = summarize_sweep(again);
  ASSERT_EQ(confirmed.test.looks.size(), 1u);
  EXPECT_EQ(confirmed.test.looks[0].cells.size(), cells.size());
  EXPECT_THAT(confirmed.test.looks[0].cells[0].seeds, ElementsAre("4", "5"));
  EXPECT_THAT(
      closing_text(confirmed),
      HasSubstr("test was looked at 2 times, 1 before the confirmation"));
  EXPECT_EQ(closing_json(confirmed)["test"]["looks"], 2);
}

} // namespace
} // namespace nanobrain::testing
