#include "nanobrain/sweep/figures.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/summary.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

// As files of before hold them: readers find their columns by name and place.
TEST(Figures, ResultsKeepTheirKeysAndOrder) {
  EXPECT_EQ(
      joined(
          result_sources(all_figures()),
          [](const FigureSource* source) { return source->result; }),
      "seed val_loss val_bits_per_byte int8_val_loss int8_val_bits_per_byte "
      "parameters f32_bytes int8_bytes forward_ms int8_forward_ms train_flops "
      "tokens steps tokens_per_s elapsed_s peak_rss_bytes threads data_seed "
      "steps_to_target");
  EXPECT_EQ(
      joined(axes(all_figures()), std::identity()),
      "parameters bytes forward_ms train_flops");
  EXPECT_EQ(objective(all_figures()).key, "bits_per_byte");
}

TEST(Figures, CellsKeepTheirColumns) {
  const SweepResults sweep;
  const Table table = cells_table(summarize_sweep(sweep.folder()));
  // P stands for the precision.
  const std::string columns =
      "bits_per_byte,Pbits_per_byte_sd,Pbits_per_byte_low,Pbits_per_byte_high,"
      "Ploss,Pbytes,Pforward_ms,Pforward_ms_sd,Pfront_parameters,Pfront_bytes,"
      "Pfront_forward_ms,Pfront_train_flops";
  const auto of = [&](const std::string& prefix) {
    std::string text = prefix;
    for (const char c : columns) text += c == 'P' ? prefix : std::string(1, c);
    return text;
  };
  EXPECT_THAT(
      table.csv(),
      StartsWith(
          "cell,model.num_layers,parameters,steps,tokens,train_flops,done,"
          "failed," +
          of("") + "," + of("int8_") + "\n"));
  EXPECT_THAT(
      cells_table(summarize_sweep(sweep.folder())).markdown(),
      StartsWith("| model.num_layers | parameters | training FLOPs | bits per "
                 "byte | on the front | int8 bits per byte | forward ms | "
                 "int8 forward ms | runs |\n"
                 "|---|---|---|---|---|---|---|---|---|\n"));
}

TEST(Figures, AResultIsGatheredFromTheStages) {
  const Figures figures = with_energy();
  StageValues stages;
  for (const FigureSource* source : result_sources(figures)) {
    stages[source->stage][source->value] = source->result.size();
  }
  const Json result = collect_result(figures, stages);
  EXPECT_EQ(result.size(), 20u);
  EXPECT_EQ(result["energy_j"], 8);
  EXPECT_EQ(result["int8_forward_ms"], 15);
  check_result(figures, result, "result");
  stages[Stage::kForward] = Json::object();
  EXPECT_THROW(collect_result(figures, stages), Json::exception);
  stages[Stage::kForward] = {{"median_ms", nullptr}};
  EXPECT_THROW(collect_result(figures, stages), Json::exception);
}

// One row in the registry, and the figure is wherever figures are.
TEST(Figures, ARowMoreIsInEveryTable) {
  const SweepResults sweep;
  finish_with_energy(sweep);
  const SweepSummary summary = summarize_sweep(sweep.folder(), with_energy());
  EXPECT_EQ(axes(summary.figures).back(), "energy_j");
  EXPECT_EQ(summary.cells[0].f32->at("energy_j").mean, 11.5);
  EXPECT_EQ(summary.cells[1].f32->at("energy_j").values.size(), 2u);
  EXPECT_EQ(summary.cells[1].f32->front.at("energy_j"), OnFront::kOn);

  const Json runs = runs_table(summary).json();
  EXPECT_EQ(runs[1]["energy_j"], 12);
  EXPECT_EQ(runs[5]["energy_j"], nullptr);
  const Json cell = cells_table(summary).json()[0];
  EXPECT_EQ(cell["energy_j"], 11.5);
  EXPECT_NEAR(cell["energy_j_sd"].get<double>(), std::sqrt(0.5), 1e-12);
  EXPECT_EQ(cell["int8_front_energy_j"], "on");
  const std::string overview = cells_table(summary).markdown();
  EXPECT_THAT(overview, HasSubstr("| training FLOPs | energy J |"));
  EXPECT_THAT(overview, HasSubstr(" | 11.5 ± 6.4 | "));
}

TEST(Figures, ResultsOfBeforeAFigureAreReadWhereItIsOptional) {
  const SweepResults sweep;
  sweep.finish(0, 1, 2.0);
  const SeedFolder run = sweep.seed(0, 1);
  EXPECT_TRUE(read_result(run, with_energy()));
  Figures strict = with_energy();
  strict.back().optional = false;
  EXPECT_ERROR(Error, "has no key \"energy_j\"", read_result(run, strict));
}

} // namespace
} // namespace nanobrain::testing
