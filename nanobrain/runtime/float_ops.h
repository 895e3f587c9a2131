// The f32 arithmetic of the engine: which table of functions (float_table.h).
#pragma once

#include "nanobrain/base/isa.h"
#include "nanobrain/runtime/float_table.h"

namespace nanobrain {

/// The table of the best instruction set that `isa` includes.
const FloatOps& float_ops(Isa isa);

/// The table of active_isa().
const FloatOps& float_ops();

} // namespace nanobrain
