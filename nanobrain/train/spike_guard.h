// Leaves out the updates of steps whose loss or gradient spikes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/limits.h"
#include "nanobrain/config/run_config.h"

namespace nanobrain {

/// What the guard carries from step to step; a checkpoint has it.
struct SpikeHistory {
  std::vector<double> losses;     // of the newest updates, oldest first
  std::vector<double> grad_norms; // of the same
  int64_t skipped_steps = 0;      // of the run
  int64_t skipped_in_a_row = 0;   // the newest

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(losses, "of the newest updates, nats per token");
    FIELD(grad_norms, "of the newest updates");
    FIELD(skipped_steps, "of the run");
    FIELD(skipped_in_a_row, "up to the newest step");
  }
};

/// (x - median) / (1.4826 MAD), where MAD is the median of |value - median|:
/// the usual z-score for normal values, of which up to half may be outliers
/// (Iglewicz and Hoaglin 1993). 0 where MAD is: there is no scale.
double robust_zscore(double x, std::vector<double> values);

/// A step's update is left out where its loss or gradient norm lies
/// train.spike_zscore or more above those of the last train.spike_window
/// updates. Those of steps left out are not among them. Off at 0.
class SpikeGuard {
 public:
  explicit SpikeGuard(const TrainConfig& config)
      : zscore_(config.spike_zscore), window_(config.spike_window) {}

  bool is_on() const { return zscore_ > 0; }

  /// Why the update of `step` (counted from 1) is to be left out, if it is; and
  /// notes it in `history`. Error after ten in a row: no spike is that long.
  std::optional<std::string> check(
      int64_t step, double loss, double grad_norm, SpikeHistory& history) const;

 private:
  std::string describe_spike(
      double loss, double grad_norm, const SpikeHistory& history) const;

  double zscore_;
  int64_t window_;
};

} // namespace nanobrain
