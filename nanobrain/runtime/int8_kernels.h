// The int8 arithmetic of the engine: which table of functions (int8_table.h).
#pragma once

#include "nanobrain/base/isa.h"
#include "nanobrain/runtime/int8_table.h"
#include "nanobrain/runtime/packed_matrix.h"

namespace nanobrain {

/// The table of the best instruction set that `isa` includes.
const Int8Kernels& int8_kernels(Isa isa);

/// The table of active_isa().
const Int8Kernels& int8_kernels();

} // namespace nanobrain
