// The instruction set that the kernels of this folder use.
#pragma once

#include <vector>

#include "nanobrain/base/isa.h"

namespace nanobrain {

/// Those of available_isas() that this folder has kernels for, the best last.
/// Portable: LibTorch operators alone.
std::vector<Isa> kernel_isas();

/// The best of kernel_isas() that active_isa() includes. Fixed at the first
/// call, for LibTorch's tile products as well.
Isa kernel_isa();

} // namespace nanobrain
