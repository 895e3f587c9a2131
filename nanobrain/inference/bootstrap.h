// 95 % intervals of losses by resampling the units of a text (the bootstrap:
// Efron 1979).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/inference/loss_units.h"

namespace nanobrain {

struct Interval {
  double low = 0;
  double high = 0;
};

struct LossIntervals {
  Interval nats_per_token;
  Interval perplexity;
  Interval bits_per_byte;
  Interval word_perplexity;
  /// of the difference in bits per byte to the first model, both on the same
  /// units: narrower than what the two intervals suggest
  Interval bits_per_byte_difference;
  /// standard deviation of the resamples' bits per byte
  double bits_per_byte_deviation = 0;
};

inline constexpr int64_t kResamples = 10'000;

/// The intervals of each model's figures; models[m][u] is the loss of model m
/// on unit u. Every resample draws as many units as there are, with
/// replacement, the same for all models, and takes the ratios of the sums; the
/// interval is between two quantiles of them, a little outside of 2.5 % and
/// 97.5 %, for few units make plain percentile intervals too narrow (Hesterberg
/// 2015, "expanded percentile interval"). The seed is fixed: the same bits on
/// every run and any number of threads (0: all). An end of an interval is
/// infinite where resamples hold nothing to divide by. Empty where there are
/// fewer than two units.
std::vector<LossIntervals> bootstrap_intervals(
    std::span<const std::vector<LossSum>> models, int64_t threads);

} // namespace nanobrain
