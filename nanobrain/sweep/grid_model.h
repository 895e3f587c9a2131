// One statistical model of all cells of a grid, so that what is known of the
// noise comes from every run and not from the few of two cells.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "nanobrain/sweep/run_seed.h"

namespace nanobrain {

/// A figure of a cell's runs, by the seed of each.
using BySeed = std::map<RunSeed, double>;

/// A sum of cell means, each times a weight.
struct Contrast {
  double value = 0;
  double standard_error = 0; // NaN, as p, where it is not known
  double degrees = 0;        // of freedom; 0 where it is not known
  double p = 0;              // of chance alone, two-sided

  bool is_tested() const { return degrees > 0; }
};

/// How the model takes the noise of a run.
enum class Noise {
  kUnknown, // no cell has two runs
  kPooled,  // of one variance: that within cells, of all of them
  kSeeded,  // the same, after what each seed adds to all cells
  kOwn      // each cell has its own variance (Welch 1947)
};

/// Decides once for all cells. What a seed adds to every cell is taken out
/// where the complete cells (those with every seed that some cell has) show it:
/// the F test of a two-way layout without interaction at 5 %, with 2 degrees of
/// freedom or more for its residuals. Otherwise the variance within cells is
/// pooled, unless it differs from cell to cell: Bartlett's test (1937) at 1 %.
class GridModel {
 public:
  GridModel() = default;
  /// Of cells with a run or more.
  explicit GridModel(std::vector<BySeed> cells);

  size_t cells() const { return cells_.size(); }
  double mean(size_t cell) const { return means_.at(cell); }
  double runs(size_t cell) const; // their number
  Noise noise() const { return noise_; }
  /// Of a run about its cell's mean; NaN where the cells' own differ or none is
  /// known.
  double sd() const { return sd_; }
  /// Of `sd`; 0 where that is NaN.
  double degrees() const { return degrees_; }
  /// What was decided and why, as a sentence for people without its dot.
  const std::string& decision() const { return decision_; }

  /// By cell; their sum is 0 for a difference.
  using Weights = std::map<size_t, double>;
  Contrast contrast(const Weights& weights) const;
  /// Of cell b less cell a.
  Contrast difference(size_t a, size_t b) const;

 private:
  void take_out_seeds();
  bool variances_differ();
  double within_squares(size_t cell) const;

  std::vector<BySeed> cells_;
  std::vector<double> means_; // less what the seeds add
  BySeed seeds_;              // what they add, where it is taken out
  double complete_ = 0;       // cells that this is known from
  Noise noise_ = Noise::kUnknown;
  double sd_ = std::numeric_limits<double>::quiet_NaN();
  double degrees_ = 0;
  std::string decision_;
};

} // namespace nanobrain
