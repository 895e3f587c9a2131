#include "nanobrain/sweep/baseline_tables.h"

#include "nanobrain/base/error.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// 1 layer has 2.0 bits per byte, 2 layers 1.8.
class BaselineTables : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const int64_t seed : {1, 2, 3}) {
      sweep_.finish(0, seed, 1.98 + 0.01 * static_cast<double>(seed));
      sweep_.finish(1, seed, 1.78 + 0.01 * static_cast<double>(seed));
    }
  }
  void write_ngrams(double bigram, double trigram) const {
    testing::write_ngrams(
        sweep_.folder(), {sweep_.id(0), sweep_.id(1)}, bigram, trigram);
  }
  SweepSummary summary() const { return summarize_sweep(sweep_.folder()); }

  SweepResults sweep_;
};

TEST_F(BaselineTables, ASweepWithoutThemHasTheTablesThatItHad) {
  EXPECT_THAT(cells_table(summary()).csv(), Not(HasSubstr("ngram")));
  EXPECT_EQ(closing_text(summary()), "");
  EXPECT_EQ(
      closing_json(summary()),
      Json::parse(R"({"ngrams": [], "losing": null, "test": null})"));
}

TEST_F(BaselineTables, ACellThatLosesSaysSo) {
  write_ngrams(1.95, 1.9);
  const Table cells = cells_table(summary());
  const Json rows = cells.json();
  EXPECT_EQ(rows[0]["ngram"], "trigram (Kneser-Ney)");
  EXPECT_EQ(rows[0]["ngram_bits_per_byte"], 1.9);
  EXPECT_EQ(
      rows[0]["loses_to"],
      "LOSES to the counted trigram by 0.1000 bits per byte");
  EXPECT_THAT(
      rows[0]["int8_loses_to"].get<std::string>(), StartsWith("LOSES to"));
  EXPECT_EQ(rows[1]["loses_to"], "");
  const std::string shown = cells.markdown();
  EXPECT_THAT(
      shown,
      HasSubstr("| LOSES to the counted trigram by 0.1000 bits per byte |"));
  EXPECT_THAT(
      shown,
      HasSubstr("| beats the counted trigram by 0.1000 bits per byte |"));
  EXPECT_THAT(shown, HasSubstr("- LOSES to a counted n-gram: 1 of 2 cells\n"));
  EXPECT_EQ(closing_json(summary())["losing"], 1);
}

TEST_F(BaselineTables, NgramsAreRowsOfTheirOwn) {
  write_ngrams(1.95, 1.7);
  const Table table = ngrams_table(summary());
  EXPECT_EQ(table.json()[1], Json::parse(R"_({
      "cells": ["num_layers=1", "num_layers=2"], "tokens": 64, "data_seed": 1,
      "name": "trigram (Kneser-Ney)", "bits_per_byte": 1.7, "losing": 2
})_"));
  EXPECT_THAT(
      table.text(),
      AllOf(
          HasSubstr("num_layers=1 and 1 more"),
          ContainsRegex("bigram.*1\\.9500  LOSES to it: 1 of 2\n"),
          ContainsRegex("trigram.*1\\.7000  LOSES to it: 2 of 2\n")));
  write_ngrams(2.5, 2.4);
  EXPECT_THAT(
      closing_text(summary()),
      AllOf(
          HasSubstr("all beat it\n"),
          HasSubstr("all 2 cells beat the n-grams"),
          Not(HasSubstr("LOSES"))));
}

TEST_F(BaselineTables, OnlyInt8MayLose) {
  // int8 has 0.0072 more than 1.8.
  write_ngrams(2.5, 1.804);
  const Json rows = cells_table(summary()).json();
  EXPECT_EQ(rows[1]["loses_to"], "");
  EXPECT_EQ(
      rows[1]["int8_loses_to"],
      "LOSES to the counted trigram by 0.0032 bits per byte");
  EXPECT_EQ(closing_json(summary())["losing"], 2);
}

TEST_F(BaselineTables, TheTestFigureStandsBesideWhatChoseIt) {
  TestedCell cell;
  cell.id = sweep_.id(1);
  cell.seeds = {"1", "2", "3"};
  cell.val = {1.79, 1.80, 1.81};
  cell.test = {1.84, 1.85, 1.86};
  cell.ngrams = {{"bigram (Kneser-Ney)", 1.9}, {"trigram (Kneser-Ney)", 1.75}};
  TestFigure figure{{{{cell}}}, ""};
  write_json(sweep_.folder().test(), write_fields(figure));
  // 0.01 t(0.975, 2) / sqrt(3) = 0.0248.
  EXPECT_EQ(
      closing_text(summary()),
      "chosen on val: num_layers=2, 1.8000 ± 0.0248 bits per byte on val, "
      "1.8500 ± 0.0248 on test (Student's t over 3 runs)\n"
      "on test it LOSES to the counted trigram by 0.1000 bits per byte; "
      "n-grams "
      "there: bigram 1.9000, trigram 1.7500\n"
      "test was looked at once\n");
  const Json json = closing_json(summary())["test"];
  EXPECT_EQ(json["looks"], 1);
  EXPECT_DOUBLE_EQ(json["cells"][0]["test"]["mean"].get<double>(), 1.85);

  figure.looks.push_back(figure.looks.front());
  write_json(sweep_.folder().test(), write_fields(figure));
  EXPECT_THAT(closing_text(summary()), HasSubstr("test was looked at 2 times"));

  write_json(
      sweep_.folder().test(), write_fields(TestFigure{{}, "no test.tokens"}));
  EXPECT_EQ(
      closing_text(summary()),
      "no test.tokens: val was used both to choose and to report\n");
}

TEST_F(BaselineTables, ADamagedFileSaysWhatToDo) {
  write_text(sweep_.folder().baselines(), "{\"counted\": 3}");
  EXPECT_ERROR(Error, "remove it: the sweep makes it again", summary());
}

} // namespace
} // namespace nanobrain::testing
