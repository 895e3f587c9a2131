#include "nanobrain/sweep/grid_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "nanobrain/base/distributions.h"
#include "nanobrain/sweep/statistics.h"

namespace nanobrain {

namespace {

constexpr double kSeedLevel = 0.05;
constexpr double kVarianceLevel = 0.01;
/// Of the residuals: of fewer, those that pair by luck have small p by luck.
constexpr double kLeastDegrees = 2;
/// Of two, Bartlett's test is too far from its level.
constexpr double kLeastRuns = 3;

double mean_of(const BySeed& values) {
  double sum = 0;
  for (const auto& [seed, value] : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double square(double x) {
  return x * x;
}

/// Whether two runs of a cell share one of their two seeds.
bool are_crossed(const std::vector<BySeed>& cells) {
  std::set<std::pair<bool, int64_t>> seen;
  for (const BySeed& cell : cells) {
    seen.clear();
    for (const auto& [seed, value] : cell) {
      if (!seen.emplace(false, seed.weights).second ||
          !seen.emplace(true, seed.data).second) {
        return true;
      }
    }
  }
  return false;
}

double p_of(const Contrast& c) {
  if (!c.is_tested()) return kNan;
  if (c.standard_error == 0) return c.value == 0 ? 1 : 0;
  return student_t_two_sided(c.value / c.standard_error, c.degrees);
}

} // namespace

GridModel::GridModel(std::vector<BySeed> cells) : cells_(std::move(cells)) {
  double squares = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    means_.push_back(mean_of(cells_[i]));
    squares += within_squares(i);
    degrees_ += runs(i) - 1;
  }
  if (degrees_ == 0) {
    decision_ = "one run a cell: nothing says how sure a difference is";
    return;
  }
  noise_ = Noise::kPooled;
  sd_ = std::sqrt(squares / degrees_);
  take_out_seeds();
  if (noise_ == Noise::kSeeded) return;
  if (variances_differ()) {
    noise_ = Noise::kOwn;
    sd_ = kNan;
    degrees_ = 0;
  } else {
    decision_ = fmt::format(
        "pooled within-cell sd {:.3g}, {:.0f} degrees of freedom{}",
        sd_,
        degrees_,
        decision_);
  }
  if (are_crossed(cells_)) {
    decision_ +=
        "; runs that share a weights' or a data's seed are taken for "
        "independent: intervals are too narrow";
  }
}

double GridModel::runs(size_t cell) const {
  return static_cast<double>(cells_[cell].size());
}

double GridModel::within_squares(size_t cell) const {
  double sum = 0;
  for (const auto& [seed, value] : cells_[cell]) {
    sum += square(value - means_[cell]);
  }
  return sum;
}

/// The two-way layout of cells and seeds without interaction (Fisher 1935).
void GridModel::take_out_seeds() {
  BySeed sums;
  for (const BySeed& cell : cells_) {
    for (const auto& [seed, value] : cell) sums[seed] = 0;
  }
  double within = 0;
  double all = 0;
  double count = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i].size() < sums.size()) continue;
    ++count;
    all += means_[i];
    within += within_squares(i);
    for (const auto& [seed, value] : cells_[i]) sums[seed] += value;
  }
  const auto seeds = static_cast<double>(sums.size());
  if (count < 2 || seeds < 2) return;
  double between = 0;
  for (auto& [seed, sum] : sums) {
    sum = sum / count - all / count; // the seed's effect
    between += count * square(sum);
  }
  const double left = (count - 1) * (seeds - 1);
  if (left < kLeastDegrees) {
    decision_ = "; too few runs to look for a seed effect";
    return;
  }
  const double rest = std::max(0.0, within - between);
  const double f = between == 0 ? 0 : (between / (seeds - 1)) / (rest / left);
  const double p = f_upper_tail(f, seeds - 1, left);
  const std::string test = fmt::format(
      "F({:.0f}, {:.0f}) = {:.2f}, p {:.2g}", seeds - 1, left, f, p);
  if (p >= kSeedLevel) {
    decision_ = fmt::format("; no seed effect shown ({})", test);
    return;
  }
  noise_ = Noise::kSeeded;
  complete_ = count;
  seeds_ = std::move(sums);
  sd_ = std::sqrt(rest / left);
  degrees_ = left;
  decision_ = fmt::format(
      "sd {:.3g}, {:.0f} degrees of freedom, after a seed effect that is taken "
      "out "
      "({})",
      sd_,
      degrees_,
      test);
  for (size_t i = 0; i < cells_.size(); ++i) {
    for (auto& [seed, value] : cells_[i]) value -= seeds_.at(seed);
    means_[i] = mean_of(cells_[i]);
  }
}

bool GridModel::variances_differ() {
  double cells = 0;
  double degrees = 0;
  double inverses = 0;
  double squares = 0;
  double logs = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (runs(i) < kLeastRuns) continue;
    const double own = runs(i) - 1;
    ++cells;
    degrees += own;
    inverses += 1 / own;
    squares += within_squares(i);
    logs += own * std::log(within_squares(i) / own);
  }
  if (cells < 2 || squares == 0) return false;
  const double correction = 1 + (inverses - 1 / degrees) / (3 * (cells - 1));
  const double statistic =
      (degrees * std::log(squares / degrees) - logs) / correction;
  const double p = chi_squared_upper_tail(statistic, cells - 1);
  if (p >= kVarianceLevel) return false;
  decision_ = fmt::format(
      "each cell has its own variance (Welch): they differ (Bartlett's test, "
      "p {:.2g})",
      p);
  return true;
}

Contrast GridModel::contrast(const Weights& weights) const {
  Contrast c{.standard_error = kNan, .p = kNan};
  double variance = 0;
  double of_variance = 0; // Satterthwaite's denominator
  BySeed of;              // how much of each seed's effect was taken out
  for (const auto& [cell, weight] : weights) {
    const double n = runs(cell);
    c.value += weight * means_.at(cell);
    if (noise_ == Noise::kOwn) {
      const double own =
          square(weight) * within_squares(cell) / (n - 1) / n; // NaN of one run
      variance += own;
      of_variance += square(own) / (n - 1);
    } else {
      variance += square(weight * sd_) / n;
    }
    if (noise_ != Noise::kSeeded) continue;
    for (const auto& [seed, value] : cells_[cell]) of[seed] += weight / n;
  }
  if (std::isnan(variance)) return c;
  // The effects are estimates, too; of complete cells all seeds cancel.
  double sum = 0;
  for (const auto& [seed, share] : of) sum += share;
  for (const auto& [seed, effect] : seeds_) {
    const double share = of[seed] - sum / static_cast<double>(seeds_.size());
    variance += square(sd_ * share) / complete_;
  }
  c.standard_error = std::sqrt(variance);
  c.degrees = degrees_;
  if (noise_ == Noise::kOwn) {
    c.degrees = variance > 0 ? square(variance) / of_variance : 1;
  }
  c.p = p_of(c);
  return c;
}

Contrast GridModel::difference(size_t a, size_t b) const {
  return contrast({{b, 1.0}, {a, -1.0}});
}

} // namespace nanobrain
