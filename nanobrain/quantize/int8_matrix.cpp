#include "nanobrain/quantize/int8_matrix.h"

namespace nanobrain {

using torch::Tensor;

Tensor Int8Matrix::dequantized() const {
  return weight.to(torch::kFloat32) * scale.unsqueeze(1);
}

Int8Matrix quantize_rows(const Tensor& matrix) {
  constexpr float kMost = 127;
  const torch::NoGradGuard no_grad;
  const Tensor rows = matrix.to(torch::kCPU, torch::kFloat32);
  Tensor scale = rows.abs().amax(1) / kMost; // (out)
  // Zeros, and values too small to have a 127th part.
  scale = torch::where(scale > 0, scale, torch::ones_like(scale));
  const Tensor rounded =
      (rows / scale.unsqueeze(1)).round().clamp(-kMost, kMost);
  return {rounded.to(torch::kInt8).contiguous(), scale.contiguous()};
}

double relative_error(const Tensor& approximate, const Tensor& exact) {
  const torch::NoGradGuard no_grad;
  const Tensor reference = exact.to(torch::kCPU, torch::kFloat64);
  const double difference =
      (approximate.to(torch::kCPU, torch::kFloat64) - reference)
          .norm()
          .item<double>();
  return difference == 0 ? 0 : difference / reference.norm().item<double>();
}

} // namespace nanobrain
