// Sums of rows by index: the gradient of an embedding, added in place.
#pragma once

#include <torch/types.h>

namespace nanobrain {

/// out[ids[n]] += scale * rows[n], in the order of n for each row of `out`: the
/// same bits on any number of threads (of a CPU). No dense gradient is made.
///   out (V, C) f32, ids (N) int64 in [0, V), rows (N, C) f32; all contiguous
void add_rows(
    torch::Tensor& out,
    const torch::Tensor& ids,
    const torch::Tensor& rows,
    double scale);

} // namespace nanobrain
