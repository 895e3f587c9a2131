// The models that `nanobrain bench` is given, ready for the clock.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "nanobrain/config/model_config.h"
#include "nanobrain/timing/engine.h"

namespace nanobrain {

/// Loads a model folder or the model of a run folder, f32 or int8, under the
/// name that it is given by. Errors as of find_model_folder() and the loaders.
std::unique_ptr<TimedModel> open_timed_model(const std::filesystem::path& path);

/// An f32 model at random initialisation. UsageError where the config cannot
/// be.
std::unique_ptr<TimedModel> make_random_timed_model(
    std::string name, const ModelConfig& config);

} // namespace nanobrain
