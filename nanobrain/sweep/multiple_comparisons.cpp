#include "nanobrain/sweep/multiple_comparisons.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <numeric>
#include <utility>

#include "nanobrain/base/distributions.h"
#include "nanobrain/sweep/statistics.h"
#include "nanobrain/sweep/studentized_range.h"

namespace nanobrain {

namespace {

/// With everything but the adjustment of the family.
std::vector<Comparison> compare_alone(const std::vector<Contrast>& family) {
  std::vector<double> p;
  for (const Contrast& c : family) p.push_back(c.p);
  const auto adjusted = holm(p);
  std::vector<Comparison> all;
  for (size_t i = 0; i < family.size(); ++i) {
    Comparison& c = all.emplace_back(family[i]);
    c.p_holm = adjusted[i];
    c.p_adjusted = adjusted[i];
    c.low = c.high = c.simultaneous_low = c.simultaneous_high = kNan;
    if (!c.is_tested()) continue;
    const double half =
        student_t_quantile((1 + kConfidence) / 2, c.degrees) * c.standard_error;
    c.low = c.value - half;
    c.high = c.value + half;
  }
  return all;
}

/// `reach`: half of an interval in standard errors, by degrees of freedom.
void add_simultaneous(
    std::vector<Comparison>& family,
    const std::function<double(double degrees)>& reach) {
  std::map<double, double> known; // most have the same
  for (Comparison& c : family) {
    if (!c.is_tested()) continue;
    const auto [it, missing] = known.try_emplace(c.degrees, 0);
    if (missing) it->second = reach(c.degrees);
    c.simultaneous_low = c.value - it->second * c.standard_error;
    c.simultaneous_high = c.value + it->second * c.standard_error;
  }
}

} // namespace

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<size_t> order;
  for (size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](size_t i) { return p[i]; });
  std::vector<double> adjusted(p.size(), kNan);
  double most = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const auto left = static_cast<double>(order.size() - rank);
    most = std::max(most, std::min(1.0, left * p[order[rank]]));
    adjusted[order[rank]] = most;
  }
  return adjusted;
}

std::vector<Comparison> compare(const std::vector<Contrast>& family) {
  auto all = compare_alone(family);
  const auto tested =
      static_cast<double>(std::ranges::count_if(all, &Contrast::is_tested));
  add_simultaneous(all, [&](double degrees) {
    return student_t_quantile(1 - (1 - kConfidence) / 2 / tested, degrees);
  });
  return all;
}

std::vector<Comparison> compare_all_pairs(
    const std::vector<Contrast>& pairs, size_t cells) {
  auto all = compare_alone(pairs);
  const auto means = static_cast<int64_t>(cells);
  for (Comparison& c : all) {
    if (!c.is_tested() || c.standard_error == 0) continue;
    const double t = std::abs(c.value) / c.standard_error;
    c.p_adjusted =
        studentized_range_upper_tail(std::numbers::sqrt2 * t, means, c.degrees);
  }
  add_simultaneous(all, [&](double degrees) {
    return studentized_range_quantile(kConfidence, means, degrees) /
           std::numbers::sqrt2;
  });
  return all;
}

Comparison reversed(const Comparison& comparison) {
  Comparison c = comparison;
  c.value = -c.value;
  c.low = -comparison.high;
  c.high = -comparison.low;
  c.simultaneous_low = -comparison.simultaneous_high;
  c.simultaneous_high = -comparison.simultaneous_low;
  return c;
}

} // namespace nanobrain
