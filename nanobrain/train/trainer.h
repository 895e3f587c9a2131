// The training loop of one run, from a step to the last.
#pragma once

#include <vector>

#include "nanobrain/base/stopwatch.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/model/gradient_pass.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/optimizer/gradient_norm.h"
#include "nanobrain/optimizer/groups.h"
#include "nanobrain/optimizer/weight_average.h"
#include "nanobrain/train/checkpoint.h"
#include "nanobrain/train/inputs.h"
#include "nanobrain/train/seen_ids.h"
#include "nanobrain/train/spike_guard.h"
#include "nanobrain/train/step_gradients.h"
#include "nanobrain/train/training_log.h"

namespace nanobrain {

class Trainer {
 public:
  /// `inputs` must outlive it. Resumes from the newest checkpoint, if any.
  /// `session` runs since this process began: counting an embedder is part of
  /// the time that a run takes.
  Trainer(
      const RunConfig& config,
      const TrainingInputs& inputs,
      NanoLM model,
      const RunFolder& run,
      Stopwatch session = {});

  /// Takes the steps that are left, then the result is model(), with averaged
  /// weights where the config asks for them, and state().
  /// Interrupted after a checkpoint where a signal came; Error that names the
  /// step where loss or gradient are not finite, before anything is saved.
  void run();

  /// Of a step; NumericError where the loss is not finite.
  StepMeans accumulate_gradients(int64_t step);

  NanoLM& model() { return model_; }
  const TrainerState& state() const { return state_; }

 private:
  StepMetrics take_step();
  void update(StepMetrics& metrics);
  bool is_due(int64_t every) const;
  void evaluate(StepMetrics& metrics);
  void require_finite_weights() const;
  /// Of optimizer and average, as a checkpoint holds it.
  NamedTensors optimizer_state() const;
  void save_checkpoint();
  double elapsed_s() const;

  RunConfig config_;
  const TrainingInputs& inputs_;
  NanoLM model_;
  BatchSource batches_;
  GradientPass gradients_;
  std::vector<torch::Tensor> parameters_;
  ParameterGroups optimizer_;
  WeightAverage average_;
  UpdateRatio update_ratio_;
  SpikeGuard guard_;
  CheckpointStore checkpoints_;
  TrainerState state_;
  SeenIds seen_;
  TrainingLog log_;
  Stopwatch session_;
  double earlier_elapsed_s_ = 0; // what sessions before it took
};

} // namespace nanobrain
