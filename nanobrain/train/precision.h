// The arithmetic of a training run's products.
#pragma once

#include "nanobrain/config/run_config.h"

namespace nanobrain {

/// Whether products are in bf16: where the config says so, or says auto and the
/// device has them.
bool uses_bf16(const TrainConfig& config);

} // namespace nanobrain
