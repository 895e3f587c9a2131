// The figures of a sweep, cell by cell, from what lies in its folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/sweep/folder.h"
#include "nanobrain/sweep/pareto.h"
#include "nanobrain/sweep/run_result.h"
#include "nanobrain/sweep/statistics.h"

namespace nanobrain {

struct RunSummary {
  int64_t seed = 0;
  RunStatus status;
  std::optional<RunResult> result; // where it is done
};

/// A cell at one precision; absent where no seed is done.
struct PrecisionSummary {
  Estimate loss; // nats a token
  Estimate bits_per_byte;
  Estimate forward_ms;
  double bytes = 0;                     // of the model's file
  std::map<std::string, OnFront> front; // by axis: see kFrontAxes
};
/// Of the costs, each a front of its own.
constexpr const char* kFrontAxes[] = {
    "parameters", "bytes", "forward_ms", "train_flops"};

struct CellSummary {
  std::string id;
  Json facts; // cell.json
  std::vector<RunSummary> runs;
  std::optional<PrecisionSummary> f32;
  std::optional<PrecisionSummary> int8;

  /// Of the seeds that are done.
  std::vector<int64_t> seeds_done() const;
  int64_t count(std::string_view state) const;
};

/// What a cell at a precision costs on one of kFrontAxes.
double front_cost(
    const CellSummary& cell,
    const PrecisionSummary& precision,
    const std::string& axis);

struct SweepSummary {
  SweepConfig config;
  std::vector<CellSummary> cells; // in the order of the grid, then of the rungs

  int64_t count(std::string_view state) const;
};

/// Reads every cell that the folder holds. The fronts are of each precision.
SweepSummary summarize_sweep(const SweepFolder& folder);

/// summary.csv: a row a run; cells.csv: a row a cell.
std::string runs_csv(const SweepSummary& summary);
std::string cells_csv(const SweepSummary& summary);
/// The cells as a table of Markdown.
std::string cells_markdown(const SweepSummary& summary);

} // namespace nanobrain
