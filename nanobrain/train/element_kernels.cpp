// Loops over raw f32 elements.
#include "nanobrain/train/element_kernels.h"

#include <array>
#include <cmath>

namespace nanobrain {

void adamw_update(
    int64_t count,
    const AdamWScalars& scalars,
    const float* __restrict gradient,
    float* __restrict weight,
    float* __restrict first_moment,
    float* __restrict second_moment) {
  const AdamWScalars s = scalars; // a copy that the stores cannot alias
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * s.gradient_scale;
    const float m = first_moment[i] + s.first_rate * (g - first_moment[i]);
    const float v = s.beta2 * second_moment[i] + s.second_rate * (g * g);
    first_moment[i] = m;
    second_moment[i] = v;
    weight[i] =
        weight[i] * s.decay -
        s.step_size * (m / (std::sqrt(v) / s.root_correction + s.epsilon));
  }
}

double sum_of_squares(int64_t count, const float* values) {
  constexpr int64_t kLanes = 8; // independent sums: vector additions
  std::array<double, kLanes> sums{};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const double value = values[i + lane];
      sums[static_cast<size_t>(lane)] += value * value;
    }
  }
  double sum = 0;
  for (; i < count; ++i) {
    sum += static_cast<double>(values[i]) * values[i];
  }
  for (const double lane : sums) sum += lane;
  return sum;
}

} // namespace nanobrain
