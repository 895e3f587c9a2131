// The model at step 0.
#pragma once

#include "nanobrain/config/run_config.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/train/inputs.h"

namespace nanobrain {

/// On the config's device: train.init_from's, or random by the keys of init,
/// with an embedder counted on the windows that the run will draw where
/// init.from_counts asks for it. UsageError if train.init_from does not fit the
/// run, or the device is not there.
NanoLM initial_model(const RunConfig& config, const TrainingInputs& inputs);

} // namespace nanobrain
