// What a run shows and records while it trains.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/run/run_folder.h"
#include "nanobrain/tokenizer/tokenizer.h"
#include "nanobrain/train/checkpoint.h"

namespace nanobrain {

/// The figures of one step, as metrics.jsonl names them.
struct StepMetrics {
  int64_t step = 0;      // counted from 1
  int64_t tokens = 0;    // trained on so far
  double elapsed_s = 0;  // since the run's start
  double train_loss = 0; // of this step's batch, nats per token
  double lr = 0;
  double log_z = 0;
  double grad_norm = 0; // before clipping
  std::optional<double> update_to_weight;
  int64_t ids_never_seen = 0;
  std::optional<int64_t> skipped_steps; // so far, where the guard is on
  std::optional<std::string> skipped;   // why this step was
  double seconds = 0;                   // of this step
  std::optional<double> val_loss;
  std::optional<double> val_bits_per_byte;
};

/// metrics.jsonl, TensorBoard events, samples.txt and the progress bar.
class TrainingLog {
 public:
  /// Cuts what is there of a run that is resumed back to `state`.
  TrainingLog(
      const RunFolder& run, const RunConfig& config, const TrainerState& state);

  /// Records every log_every-th step and each that was evaluated or skipped,
  /// with percentiles of `grad_norms`, those of the steps since the last record
  /// and this one. Returns whether it did.
  bool step(const StepMetrics& metrics, const std::vector<double>& grad_norms);
  /// Appends a text for each prompt; returns the length of samples.txt.
  int64_t sample(NanoLM& model, const Tokenizer& tokenizer, int64_t step);
  /// Puts all on the disk: due before a checkpoint.
  void sync();
  void finish() { progress_.finish(); }

 private:
  TrainConfig config_;
  MetricsLog metrics_;
  std::filesystem::path samples_path_;
  AppendFile samples_;
  Progress progress_;
  double seconds_ = 0;     // in steps since the last line
  int64_t tokens_;         // trained on until the last line
  std::string validation_; // the newest val_loss, for the bar
};

} // namespace nanobrain
