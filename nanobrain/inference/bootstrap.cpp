#include "nanobrain/inference/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nanobrain/base/distributions.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/random.h"
#include "nanobrain/base/sample.h"

namespace nanobrain {

namespace {

constexpr uint64_t kSeed = 42;

/// Ratios of one model in one resample.
struct Ratios {
  double nats_per_token;
  double bits_per_byte;
  double nats_per_word;
  double bits_per_byte_difference;
};

double or_infinite(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

/// What is beyond each end of the interval: 2.5 % for very many units.
double tail(size_t units) {
  const auto n = static_cast<double>(units);
  const double reach =
      std::sqrt(n / (n - 1)) * student_t_quantile(0.975, n - 1);
  return normal_cdf(-reach);
}

std::vector<double> values_of(
    std::span<const Ratios> resamples, double Ratios::*ratio) {
  std::vector<double> values;
  values.reserve(resamples.size());
  for (const Ratios& ratios : resamples) values.push_back(ratios.*ratio);
  return values;
}

Interval interval(
    std::span<const Ratios> resamples, double Ratios::*ratio, double tail) {
  std::vector<double> values = values_of(resamples, ratio);
  std::ranges::sort(values);
  return {quantile(values, tail), quantile(values, 1 - tail)};
}

Interval exp(const Interval& interval) {
  return {std::exp(interval.low), std::exp(interval.high)};
}

} // namespace

std::vector<LossIntervals> bootstrap_intervals(
    std::span<const std::vector<LossSum>> models, int64_t threads) {
  const size_t units = models.empty() ? 0 : models.front().size();
  if (units < 2) return {};
  // [model][resample]
  std::vector<std::vector<Ratios>> resamples(
      models.size(), std::vector<Ratios>(kResamples));
  parallel_for(kResamples, threads, [&](int64_t r) {
    Random random(mix64(kSeed + static_cast<uint64_t>(r)));
    std::vector<LossSum> sums(models.size());
    for (size_t draw = 0; draw < units; ++draw) {
      const size_t unit = random.below(units);
      for (size_t m = 0; m < models.size(); ++m) sums[m] += models[m][unit];
    }
    const double first = sums.front().bits_per_byte();
    for (size_t m = 0; m < models.size(); ++m) {
      const LossSum& sum = sums[m];
      resamples[m][static_cast<size_t>(r)] = {
          .nats_per_token = or_infinite(sum.nats_per_token()),
          .bits_per_byte = or_infinite(sum.bits_per_byte()),
          .nats_per_word =
              or_infinite(sum.nats / static_cast<double>(sum.words)),
          .bits_per_byte_difference = or_infinite(sum.bits_per_byte() - first)};
    }
  });
  const double beyond = tail(units);
  std::vector<LossIntervals> intervals;
  for (const auto& model : resamples) {
    const auto of = [&](double Ratios::*ratio) {
      return interval(model, ratio, beyond);
    };
    const Interval nats_per_token = of(&Ratios::nats_per_token);
    intervals.push_back(
        {.nats_per_token = nats_per_token,
         .perplexity = exp(nats_per_token),
         .bits_per_byte = of(&Ratios::bits_per_byte),
         .word_perplexity = exp(of(&Ratios::nats_per_word)),
         .bits_per_byte_difference = of(&Ratios::bits_per_byte_difference),
         .bits_per_byte_deviation =
             standard_deviation(values_of(model, &Ratios::bits_per_byte))});
  }
  return intervals;
}

} // namespace nanobrain
