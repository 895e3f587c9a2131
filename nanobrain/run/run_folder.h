// The layout of a run folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// The paths in a run folder; nothing is made or checked.
///   config.yaml           the config, every key written out
///   run.json              build, host, hashes of the data, result
///   metrics.jsonl         one record a line; TensorBoard's events.* beside it
///   checkpoints/step-N/   what a run is resumed from
///   model/                the result
///   samples.txt           texts generated during training
struct RunFolder {
  fs::path root;

  fs::path config() const { return root / "config.yaml"; }
  fs::path record() const { return root / "run.json"; }
  fs::path metrics() const { return root / "metrics.jsonl"; }
  fs::path checkpoints() const { return root / "checkpoints"; }
  fs::path checkpoint(int64_t step) const;
  fs::path model() const { return root / "model"; }
  fs::path samples() const { return root / "samples.txt"; }
};

/// Makes a new run folder with its config. It appears whole or not at all; a
/// folder that exists and is not empty is an Error that mentions --resume.
void create_run_folder(
    const RunFolder& run, const Json& config, const Json& record);

/// Step and folder of every checkpoint with a final name, in order of steps:
/// a folder gets that name only when it is whole.
std::map<int64_t, fs::path> list_checkpoints(const RunFolder& run);

/// The run that RUN/model or RUN/checkpoints/step-N/model is of; nothing where
/// a model folder lies elsewhere.
std::optional<RunFolder> run_of_model(const fs::path& model_folder);

/// Removes what a killed process was still writing. For the process that owns
/// the run: another one's unfinished files have the same kind of name.
void remove_leftovers(const RunFolder& run);

} // namespace nanobrain
