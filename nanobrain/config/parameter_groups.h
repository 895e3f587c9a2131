// Which parameters an optimizer's groups name.
#pragma once

#include <string>
#include <vector>

#include "nanobrain/config/optimizer_config.h"
#include "nanobrain/config/parameters.h"

namespace nanobrain {

/// For each parameter of the inventory the name of its group, "" where none
/// names it. A group matches by roles ("matrix", "embedding", "position",
/// "norm", "bias") and by names, in which * stands for any part of one.
/// UsageError if a group matches nothing or what another matches, or has an
/// optimizer of matrices and matches a vector.
std::vector<std::string> group_of_each(
    const OptimizerConfig& config, const std::vector<Parameter>& inventory);

} // namespace nanobrain
