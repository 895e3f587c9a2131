// Checkpoints of a run: checkpoints/step-N/ holds
//   model/                 a model folder that eval and generate open as it is
//   optimizer.safetensors  the optimizer's state
//   trainer.json           format version, config, TrainerState
//   manifest.json          size and SHA-256 of every file above
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/limits.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/model/tensor_file.h"
#include "nanobrain/run/run_folder.h"
#include "nanobrain/train/inputs.h"
#include "nanobrain/train/spike_guard.h"

namespace nanobrain {

/// What a run carries from step to step beside weights and moments.
struct TrainerState {
  int64_t step = 0;      // optimizer steps done
  double elapsed_s = 0;  // of the run, pauses between resumptions left out
  double training_s = 0; // of those in steps; the rest evaluates and saves
  double val_loss = 0;   // of the last evaluation, nats per token
  double val_bits_per_byte = 0;
  int64_t best_step = 0; // step of the lowest val_loss; 0: none yet
  double best_val_loss = 0;
  std::vector<double> recent_losses; // of the newest steps, oldest first
  int64_t samples_bytes = 0;         // length of samples.txt
  std::vector<double> grad_norms;    // of the steps since the last logged one
  SpikeHistory spikes;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(step, "");
    FIELD(elapsed_s, "");
    FIELD(training_s, "");
    FIELD(val_loss, "");
    FIELD(val_bits_per_byte, "");
    FIELD(best_step, "");
    FIELD(best_val_loss, "");
    FIELD(recent_losses, "");
    FIELD(samples_bytes, "");
    FIELD(grad_norms, "");
    FIELD(spikes, "");
  }
};

class CheckpointStore {
 public:
  CheckpointStore(RunFolder run, RunConfig config)
      : run_(std::move(run)), config_(std::move(config)) {}

  /// Writes step-N whole or not at all, and only then removes older ones: the
  /// newest train.keep_last and the best stay.
  void save(
      const TrainerState& state,
      NanoLM& model,
      const TrainingInputs& inputs,
      const NamedTensors& optimizer);

  /// Loads the newest checkpoint that is whole into model and optimizer; none
  /// where the run has saved none yet. One that is damaged is set aside as
  /// step-N.damaged, after `warn` was called. Error if all are.
  std::optional<TrainerState> restore(
      NanoLM& model,
      const NamedTensors& optimizer,
      const std::function<void(std::string_view)>& warn);

 private:
  TrainerState load(
      const fs::path& path, NanoLM& model, const NamedTensors& optimizer) const;

  RunFolder run_;
  RunConfig config_;
};

} // namespace nanobrain
