// Symmetric int8 quantization of a matrix, one scale per output feature.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

/// W = weight * scale, row by row.
struct Int8Matrix {
  torch::Tensor weight; // (out, in) int8, -127 to 127
  torch::Tensor scale;  // (out) f32, above 0

  torch::Tensor dequantized() const; // (out, in) f32
};

/// Rounds (out, in) to the nearest multiple of scale = max|row| / 127, half to
/// even; the scale of a row of zeros is 1.
Int8Matrix quantize_rows(const torch::Tensor& matrix);

/// ||approximate - exact|| / ||exact|| in the 2-norm, summed in f64; 0 where
/// both are all zeros.
double relative_error(
    const torch::Tensor& approximate, const torch::Tensor& exact);

} // namespace nanobrain
