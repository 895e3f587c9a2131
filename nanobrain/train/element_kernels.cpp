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

namespace {

/// Of value(i), a double, for i below `count`.
template <class Value>
double squares(int64_t count, const Value& value) {
  constexpr int64_t kLanes = 8; // independent sums: vector additions
  std::array<double, kLanes> sums{};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const double x = value(i + lane);
      sums[static_cast<size_t>(lane)] += x * x;
    }
  }
  double sum = 0;
  for (; i < count; ++i) sum += value(i) * value(i);
  for (const double lane : sums) sum += lane;
  return sum;
}

} // namespace

double sum_of_squares(int64_t count, const float* values) {
  return squares(
      count, [=](int64_t i) { return static_cast<double>(values[i]); });
}

double squared_distance(int64_t count, const float* a, const float* b) {
  return squares(
      count, [=](int64_t i) { return static_cast<double>(a[i]) - b[i]; });
}

} // namespace nanobrain
