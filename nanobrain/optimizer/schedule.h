// The learning rate of each step.
#pragma once

#include <cstdint>

#include "nanobrain/config/optimizer_config.h"

namespace nanobrain {

/// The factor on the peak learning rate at optimizer step `step` of `steps`,
/// counted from 0; a pure function, so that resuming needs the step alone.
/// Warm-up rises linearly and reaches 1 at its last step. Then
///   cosine:   half a cosine down to final_fraction at the last step
///             (Loshchilov and Hutter 2017, without restarts)
///   linear:   a straight line down to final_fraction at the last step
///   wsd:      1, then down to final_fraction over the last decay_fraction of
///             all steps, or from the end of the warm-up on (Hu et al. 2024);
///             by the shape `decay` (sqrt: Haegele et al. 2024,
///             arXiv:2405.18392)
///   constant: 1
double learning_rate_factor(
    const ScheduleConfig& config, int64_t step, int64_t steps);

} // namespace nanobrain
