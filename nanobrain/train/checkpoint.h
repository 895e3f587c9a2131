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

#include "nanobrain/config/run_config.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/run/run_folder.h"
#include "nanobrain/tokenizer/tokenizer.h"
#include "nanobrain/train/optimizer.h"
#include "nanobrain/train/trainer_state.h"

namespace nanobrain {

class CheckpointStore {
 public:
  CheckpointStore(RunFolder run, RunConfig config);

  /// Writes step-N whole or not at all, and only then removes older ones: the
  /// newest `keep_last` and the best stay.
  void save(
      const TrainerState& state,
      NanoLM& model,
      const Tokenizer& tokenizer,
      const Optimizer& optimizer,
      int64_t keep_last);

  /// Loads the newest checkpoint that is whole into model and optimizer; none
  /// where the run has saved none yet. One that is damaged is set aside as
  /// step-N.damaged, after `warn` was told. Error where all are.
  std::optional<TrainerState> restore(
      NanoLM& model,
      const Optimizer& optimizer,
      const std::function<void(std::string_view)>& warn);

 private:
  TrainerState load(
      const std::filesystem::path& path,
      NanoLM& model,
      const Optimizer& optimizer) const;
  void remove_old(int64_t keep_last, int64_t best_step) const;

  RunFolder run_;
  RunConfig config_;
};

} // namespace nanobrain
