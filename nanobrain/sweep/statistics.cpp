#include "nanobrain/sweep/statistics.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kConfidence = 0.95;

/// The regularized incomplete beta function I_x(a, b) by its continued fraction
/// (Abramowitz, Stegun 26.5.8; Lentz's method), for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto at_least_tiny = [](double v) {
    return std::abs(v) < kTiny ? kTiny : v;
  };
  double c = 1;
  double d = 1 / at_least_tiny(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m < 1000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd =
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (const double step : {even, odd}) {
      d = 1 / at_least_tiny(1 + step * d);
      c = at_least_tiny(1 + step / c);
      fraction *= c * d;
    }
    if (std::abs(c * d - 1) < 1e-16) break;
  }
  const double log_front = std::lgamma(a + b) - std::lgamma(a) -
                           std::lgamma(b) + a * std::log(x) +
                           b * std::log1p(-x);
  return std::exp(log_front) * fraction / a;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2) ? beta_fraction(a, b, x)
                                   : 1 - beta_fraction(b, a, 1 - x);
}

double mean_of(const ParetoPoint& point) {
  std::vector<double> values;
  for (const auto& [seed, loss] : point.losses) values.push_back(loss);
  return estimate(std::move(values)).mean;
}

/// One that is no dearer may take its place: a cheaper one by as low a loss,
/// one as cheap by a lower one.
bool within_noise(const ParetoPoint& point, const ParetoPoint& rival) {
  const auto pair = paired_difference(point.losses, rival.losses);
  if (!pair || !pair->difference.has_interval()) return false;
  const double least = pair->difference.low;
  return rival.cost < point.cost ? least <= 0 : least < 0;
}

} // namespace

double student_t_two_sided(double t, int64_t degrees) {
  const auto n = static_cast<double>(degrees);
  return incomplete_beta(n / 2, 0.5, n / (n + t * t));
}

double student_t_quantile(double p, int64_t degrees) {
  const double tails = 2 * (1 - p);
  double low = 0;
  double high = 1;
  while (student_t_two_sided(high, degrees) > tails) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
    const double middle = (low + high) / 2;
    (student_t_two_sided(middle, degrees) > tails ? low : high) = middle;
  }
  return (low + high) / 2;
}

Estimate estimate(std::vector<double> values) {
  require(!values.empty(), "statistics", "there is no value to estimate from");
  Estimate e{
      .values = std::move(values), .sd = kNan, .low = kNan, .high = kNan};
  const auto n = static_cast<double>(e.values.size());
  e.mean = std::accumulate(e.values.begin(), e.values.end(), 0.0) / n;
  if (!e.has_interval()) return e;
  double squares = 0;
  for (const double v : e.values) squares += (v - e.mean) * (v - e.mean);
  e.sd = std::sqrt(squares / (n - 1));
  const double half =
      student_t_quantile(
          (1 + kConfidence) / 2, static_cast<int64_t>(e.values.size()) - 1) *
      e.sd / std::sqrt(n);
  e.low = e.mean - half;
  e.high = e.mean + half;
  return e;
}

Json Estimate::to_json() const {
  return {
      {"mean", number_or_null(mean)},
      {"sd", number_or_null(sd)},
      {"low", number_or_null(low)},
      {"high", number_or_null(high)},
      {"values", values}};
}

std::optional<PairedDifference> paired_difference(
    const BySeed& a, const BySeed& b) {
  std::vector<double> differences;
  for (const auto& [seed, value] : a) {
    const auto it = b.find(seed);
    if (it != b.end()) differences.push_back(it->second - value);
  }
  if (differences.empty()) return std::nullopt;
  PairedDifference result{.difference = estimate(differences), .p = kNan};
  const Estimate& d = result.difference;
  if (!d.has_interval()) return result;
  const auto n = static_cast<int64_t>(d.values.size());
  result.p =
      d.sd == 0
          ? (d.mean == 0 ? 1.0 : 0.0)
          : student_t_two_sided(
                d.mean / (d.sd / std::sqrt(static_cast<double>(n))), n - 1);
  return result;
}

std::string_view name(OnFront on) {
  constexpr std::string_view kNames[] = {"off", "noise", "on"};
  return kNames[static_cast<size_t>(on)];
}

std::vector<OnFront> pareto_front(const std::vector<ParetoPoint>& points) {
  std::vector<double> loss;
  for (const ParetoPoint& p : points) loss.push_back(mean_of(p));
  std::vector<OnFront> front(points.size(), OnFront::kOn);
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t k = 0; k < points.size(); ++k) {
      if (points[k].cost > points[i].cost || k == i) continue;
      const bool cheaper = points[k].cost < points[i].cost;
      if (loss[k] < loss[i] || (cheaper && loss[k] == loss[i])) {
        front[i] = OnFront::kOff;
        break;
      }
      if (within_noise(points[i], points[k])) front[i] = OnFront::kNoise;
    }
  }
  return front;
}

} // namespace nanobrain
