// Leaves out the updates of steps whose loss or gradient spikes.
#include "nanobrain/train/spike_guard.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/sample.h"

namespace nanobrain {

namespace {

constexpr int64_t kMostInARow = 10;

void push(std::vector<double>& values, double value, int64_t window) {
  if (std::ssize(values) == window) values.erase(values.begin());
  values.push_back(value);
}

} // namespace

double robust_zscore(double x, std::vector<double> values) {
  constexpr double kNormal = 1.4826; // 1 / the third quartile of normal(0, 1)
  const double middle = median(values);
  for (double& value : values) value = std::abs(value - middle);
  const double scale = kNormal * median(std::move(values));
  return scale == 0 ? 0 : (x - middle) / scale;
}

std::optional<std::string> SpikeGuard::check(
    int64_t step, double loss, double grad_norm, SpikeHistory& history) const {
  if (!is_on()) return std::nullopt;
  const std::string spike = describe_spike(loss, grad_norm, history);
  if (spike.empty()) {
    history.skipped_in_a_row = 0;
    push(history.losses, loss, window_);
    push(history.grad_norms, grad_norm, window_);
    return std::nullopt;
  }
  ++history.skipped_steps;
  ++history.skipped_in_a_row;
  require<NumericError>(
      history.skipped_in_a_row < kMostInARow,
      "train",
      "step {} is the {}th in a row to be skipped: {}; that is no spike: lower "
      "optimizer.lr or look at the data, or raise train.spike_zscore, in a new "
      "run (--init-from starts it from a checkpoint of this one)",
      step,
      kMostInARow,
      spike);
  return spike;
}

std::string SpikeGuard::describe_spike(
    double loss, double grad_norm, const SpikeHistory& history) const {
  std::string text;
  // Until the window is full there is nothing to compare with.
  const auto look =
      [&](const char* name, double value, const std::vector<double>& values) {
        if (!text.empty() || std::ssize(values) < window_) return;
        const double zscore = robust_zscore(value, values);
        if (zscore < zscore_) return;
        text = fmt::format(
            "its {} of {:.4g} has a robust z-score of {:.1f} over the last {} "
            "updates",
            name,
            value,
            zscore,
            window_);
      };
  look("loss", loss, history.losses);
  look("gradient norm", grad_norm, history.grad_norms);
  return text;
}

} // namespace nanobrain
