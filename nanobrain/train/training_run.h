// A training run from its config to its result, in a run folder that can be
// resumed. Names no LibTorch type: the command line includes it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

struct TrainingRequest {
  /// the YAML; empty: that of the run to resume
  std::filesystem::path config = {};
  /// the run folder
  std::filesystem::path output = {};
  /// "train.steps=200": over the YAML's keys
  std::vector<std::string> overrides = {};
  /// Resume where the run in `output` was. A folder that is not there yet is
  /// started, so that a script can always pass it.
  bool resume = false;
};

/// Trains, or resumes training, and writes the run folder. A run that is
/// finished already is left as it is and gives its result again. Result:
///   steps, tokens, parameters, elapsed_s, peak_rss_bytes, model (its folder)
///   tokens_per_s    tokens over the time in steps; evaluation left out
///   train_loss      mean over the last 50 steps, nats per token
///   val_loss, val_bits_per_byte    of the final weights
///   skipped_steps   by the guard against spikes
///   best_step, best_val_loss, best_model    of the lowest val_loss
/// UsageError for what is wrong in the request or the config, NumericError
/// where the loss, a gradient or the weights are not finite, which run.json
/// then has as "diverged", Interrupted where a signal came and a checkpoint is
/// saved, Error otherwise.
Json train(const TrainingRequest& request);

/// What train() returns, for people.
std::string describe_training(const Json& result);

} // namespace nanobrain
