// The figures of a sweep, a row each. What a run stores, the summaries, the
// tables of CSV and Markdown, the fronts and the page follow from the rows.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

enum class Precision { kF32, kInt8 };
inline constexpr std::array kPrecisions = {Precision::kF32, Precision::kInt8};
const char* name(Precision precision);

/// What a run does, each with an object of values.
enum class Stage {
  kPlan,        // what is known before it: seeds, threads, train_flops
  kTrain,       // `nanobrain train --json`
  kInt8Loss,    // `nanobrain eval --json` of the int8 model
  kFiles,       // bytes of the weights: f32, int8
  kForward,     // the row of `nanobrain bench forward` that is of f32: last,
  kInt8Forward, // of all runs (cell_timing.h); and of int8
  kTarget,      // where a run of a sweep with a target reached it
};
using StageValues = std::map<Stage, Json>;

/// Where a figure comes from, and its key in result.json and summary.csv.
struct FigureSource {
  Stage stage = Stage::kPlan;
  std::string value = {}; // of the stage
  std::string result = {};
};

enum class FigureRole {
  kFact,
  kLoss,      // what a chart shows upwards; less is better
  kObjective, // the loss that cells are compared by; one figure has it
  kCost       // what a chart shows across, with a front of its own
};

/// What cells.csv says beside a mean over seeds.
enum class Spread { kNone, kDeviation, kInterval };

struct Figure {
  std::string key = {};
  std::string title = {};
  std::string brief = {}; // heads a column of the page; empty: it has none
  std::string unit = {};
  std::string format = {}; // of a mean: see base/table.h
  FigureRole role = FigureRole::kFact;
  Spread spread = Spread::kNone;
  /// Of each precision where there are two.
  std::vector<FigureSource> sources = {};
  bool known = false;    // of a cell by arithmetic, in its cell.json
  bool optional = false; // results lack it: older ones, or until it is timed
  bool censored = false; // not every run reaches it: a mean needs all of them
  /// Not stored, but a function of what `sources` stores for another figure.
  double (*derived)(double) = nullptr;
  int csv = 0; // place among its kind in cells.csv; 0: not there
  int markdown = 0;
  std::string markdown_heading = {};
  bool of_runs = false;  // in the page's table of runs ...
  std::string live = {}; // ... where its last value of a curve stands in

  bool per_precision() const { return sources.size() == 2; }
  /// Measured with noise: its means over seeds are estimates.
  bool is_estimate() const { return spread != Spread::kNone; }
  const FigureSource& source(Precision precision) const;
  /// Out of a result.json.
  std::optional<double> of(const Json& result, Precision precision) const;
};
using Figures = std::vector<Figure>;

/// The registry. A new figure is a row more.
const Figures& all_figures();
/// Without those of a target.
Figures without_target(Figures figures);

const Figure& objective(const Figures& figures);
/// The keys of those with a front.
std::vector<std::string> axes(const Figures& figures);
const Figure& find_figure(const Figures& figures, const std::string& key);
/// Those that a table has, in their places: `place` is csv or markdown.
std::vector<const Figure*> in_places(
    const Figures& figures, int Figure::*place, bool per_precision);

/// The keys of a result.json, in order, with where they come from.
std::vector<const FigureSource*> result_sources(const Figures& figures);
/// Of a result, what these stages give. Json::exception where one lacks a
/// value.
Json collect_result(const Figures& figures, const StageValues& stages);
/// Error if a figure is missing or no number.
void check_result(
    const Figures& figures, const Json& result, const std::string& where);

/// As the page reads them.
Json figures_json(const Figures& figures);

} // namespace nanobrain
