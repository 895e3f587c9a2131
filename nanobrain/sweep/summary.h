// The figures of a sweep, cell by cell, from what is stored in its folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/table.h"
#include "nanobrain/sweep/counted_baselines.h"
#include "nanobrain/sweep/figures.h"
#include "nanobrain/sweep/folder.h"
#include "nanobrain/sweep/front.h"
#include "nanobrain/sweep/statistics.h"
#include "nanobrain/sweep/test_figure.h"

namespace nanobrain {

struct RunSummary {
  RunSeed seed;
  RunStatus status;
  bool ended = false;              // is_finished(), worker.h
  std::optional<Json> result = {}; // result.json, where it is done
  Json facts = Json::object();     // provenance.h
};

/// A cell at one precision.
struct PrecisionSummary {
  std::map<std::string, Estimate> figures; // by key, those of every precision,
                                           // over the seeds that are done
  std::map<std::string, OnFront> front;    // by axis; empty: of another budget

  const Estimate& at(const std::string& key) const { return figures.at(key); }
};

struct CellSummary {
  std::string id;
  Json facts; // cell.json
  std::vector<RunSummary> runs;
  std::optional<PrecisionSummary> f32; // where a seed is done
  std::optional<PrecisionSummary> int8;
  bool abandoned = false; // the sweep is finished without some of its runs: an
                          // earlier rung has since decided against it

  const std::optional<PrecisionSummary>& at(Precision precision) const {
    return precision == Precision::kF32 ? f32 : int8;
  }
  /// Of the seeds that are done.
  std::vector<RunSeed> seeds_done() const;
  int64_t count(std::string_view state) const;
  /// A run of it failed, or will never run: what its other seeds reached is no
  /// fair mean.
  bool incomplete() const { return abandoned || count("failed") > 0; }
  /// Of a halving search; 0 of every other.
  int64_t rung() const;
  /// A figure of the seeds that are done.
  BySeed by_seed(const Figure& figure, Precision precision) const;
  /// "2 of 5 reached it" of a censored figure that not all have; else "".
  std::string censored_text(const Figure& figure) const;
  /// Known by arithmetic, or the mean over seeds; null where there is none.
  Json mean(const Figure& figure, Precision precision) const;
};

/// No run is left: all have ended, of a halving search those of the cells that
/// its rungs chose.
bool is_finished(
    const SweepConfig& sweep, const std::vector<CellSummary>& cells);

struct SweepSummary {
  SweepConfig config;
  Figures figures;
  std::vector<CellSummary> cells; // in the order of the grid, then of the rungs
  SweepBaselines baselines;       // of the cells that have them
  TestFigure test;

  /// A cell's runs on a file of `measure`, in the last look; empty where it was
  /// not chosen.
  BySeed measured(const CellSummary& cell, const std::string& name) const;
  bool finished() const { return is_finished(config, cells); }
  int64_t count(std::string_view state) const;
  /// Every key that some cell overrides, in the order of the cells.
  std::vector<std::string> override_keys() const;
};

/// Every cell that the folder holds, without estimates.
std::vector<CellSummary> read_cells(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const Figures& figures = all_figures());

/// Reads every cell that the folder holds. The fronts are of each precision.
/// Where the model pools the noise of all cells, the objective's intervals are
/// by it.
SweepSummary summarize_sweep(
    const SweepFolder& folder, const Figures& figures = all_figures());

/// The cells that stand in one model of the objective: those with a run done,
/// of a halving search those of the last rung that has one, for budgets are not
/// mixed. Incomplete ones say how far runs differ, and are compared with none.
struct ComparedCells {
  std::vector<const CellSummary*> cells; // in the sweep's order
  GridModel model;                       // of them
  int64_t rung = 0;                      // theirs

  /// Places in `cells` of those that are not incomplete.
  std::vector<size_t> complete() const;
};
/// The sweep must outlive it.
ComparedCells compared_cells(const SweepSummary& sweep, Precision precision);
/// The same of another figure; of a censored one those cells that have a mean.
ComparedCells compared_cells(
    const SweepSummary& sweep, Precision precision, const Figure& figure);

/// "1.8847 ± 0.0031": a mean with the half of its 95 % interval.
std::string with_interval(const Estimate& e, const Figure& figure);

/// summary.csv: a row a run.
Table runs_table(const SweepSummary& summary);
/// A row a cell: every value in CSV (cells.csv) and JSON, what people look for
/// first in text and Markdown.
Table cells_table(const SweepSummary& summary);

} // namespace nanobrain
