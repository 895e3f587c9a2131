#include "nanobrain/sweep/power.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "nanobrain/base/chi_average.h"
#include "nanobrain/base/distributions.h"
#include "nanobrain/sweep/factors.h"
#include "nanobrain/sweep/studentized_range.h"

namespace nanobrain {

namespace {

constexpr double kPower = 0.8;
constexpr double kLevel = 0.05;

} // namespace

double power_of_t(double shift, double reach, double degrees) {
  return average_over_chi(degrees, [&](double s) {
    return normal_cdf(shift - reach * s) + normal_cdf(-shift - reach * s);
  });
}

double detectable_shift(double power, double reach, double degrees) {
  double low = 0;
  double high = 1;
  while (power_of_t(high, reach, degrees) < power) high *= 2;
  while (high - low > 1e-9 * high) {
    const double middle = (low + high) / 2;
    (power_of_t(middle, reach, degrees) < power ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<Detectable> detectable_differences(
    const std::vector<Json>& overrides, int64_t runs, double sd) {
  const auto cells = static_cast<double>(overrides.size());
  const double degrees = cells * static_cast<double>(runs - 1);
  if (cells < 2 || degrees < 1) return {};
  const double error = sd * std::sqrt(2 / static_cast<double>(runs));
  const auto find = [&](double standard_error, double reach) {
    return standard_error * detectable_shift(kPower, reach, degrees);
  };
  const double alone = student_t_quantile(1 - kLevel / 2, degrees);
  const double range =
      studentized_range_quantile(1 - kLevel, std::ssize(overrides), degrees) /
      std::numbers::sqrt2;
  std::vector<Detectable> all = {
      {"two cells",
       find(error, alone),
       find(error, range),
       fmt::format("{} pairs, Tukey-Kramer", cells * (cells - 1) / 2)}};
  const auto steps = key_steps(overrides);
  const auto effects = static_cast<double>(steps.size());
  std::map<std::string, size_t> fewest; // pairs of a key's least known step
  for (const KeyStep& step : steps) {
    const auto [it, first] = fewest.try_emplace(step.key, step.cells.size());
    it->second = std::min(it->second, step.cells.size());
  }
  for (const KeyStep& step : steps) {
    const auto known = fewest.extract(step.key);
    if (known.empty()) continue; // has its row
    const double of_mean =
        error / std::sqrt(static_cast<double>(known.mapped()));
    const double bonferroni =
        student_t_quantile(1 - kLevel / 2 / effects, degrees);
    all.push_back(
        {step.key,
         find(of_mean, alone),
         find(of_mean, bonferroni),
         fmt::format("{} effects, Bonferroni", effects)});
  }
  return all;
}

Table detectable_table(const std::vector<Detectable>& differences) {
  Table table{
      .columns = {
          word_column("of", "smallest difference of"),
          {.key = "alone", .title = "one test", .format = "{:.4f}"},
          {.key = "adjusted", .title = "adjusted", .format = "{:.4f}"},
          word_column("family", "for")}};
  for (const Detectable& d : differences) {
    table.rows.push_back({d.of, d.alone, d.adjusted, d.family});
  }
  return table;
}

} // namespace nanobrain
