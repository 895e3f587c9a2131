// The YAML of a training run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/config/run_config.h"

namespace nanobrain {

/// Reads a run's YAML and then overrides ("train.steps=200"; "init=null" is
/// the default, "optimizer.groups.NAME=null" no such group). Relative paths are
/// relative to the file, those of overrides to the working directory; all come
/// back absolute. No other file is touched: a model.vocab_size that is
/// left out comes back as 0, a schedule.warmup_steps as the default or, where
/// the run is shorter, as its steps. UsageError that names the key at fault.
RunConfig parse_run_config(
    const std::filesystem::path& path,
    const std::vector<std::string>& overrides = {});

/// parse_run_config() and what it leaves open: an absent model.vocab_size is
/// the tokenizer's. Validated.
RunConfig read_run_config(
    const std::filesystem::path& path,
    const std::vector<std::string>& overrides = {});

} // namespace nanobrain
