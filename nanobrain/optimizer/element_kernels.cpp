// Loops over raw f32 elements.
#include "nanobrain/optimizer/element_kernels.h"

#include <array>
#include <cmath>

namespace nanobrain {

namespace {

/// A weight after its decay and an update: Chen et al. 2025 (arXiv:2510.12402)
/// decay only where the update goes the same way.
template <bool kCautious>
float updated(float weight, float decay, float update) {
  const bool decays = !kCautious || update * weight > 0;
  return weight * (decays ? decay : 1.0F) - update;
}

template <bool kCautious>
void adamw(
    int64_t count,
    const AdamWScalars s, // a copy that the stores cannot alias
    const float* __restrict gradient,
    float* __restrict weight,
    float* __restrict first_moment,
    float* __restrict second_moment) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * s.gradient_scale;
    const float m = first_moment[i] + s.first_rate * (g - first_moment[i]);
    const float v = s.beta2 * second_moment[i] + s.second_rate * (g * g);
    first_moment[i] = m;
    second_moment[i] = v;
    weight[i] = updated<kCautious>(
        weight[i],
        s.decay,
        s.step_size * (m / (std::sqrt(v) / s.root_correction + s.epsilon)));
  }
}

template <bool kCautious>
void adamw_row(
    int64_t count,
    const AdamWScalars s,
    float scale, // step size over the root of the second moment
    const float* __restrict gradient,
    float* __restrict weight,
    float* __restrict first_moment) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * s.gradient_scale;
    const float m = first_moment[i] + s.first_rate * (g - first_moment[i]);
    first_moment[i] = m;
    weight[i] = updated<kCautious>(weight[i], s.decay, scale * m);
  }
}

template <bool kCautious>
void lion(
    int64_t count,
    const LionScalars s,
    const float* __restrict gradient,
    float* __restrict weight,
    float* __restrict first_moment) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * s.gradient_scale;
    const float m = first_moment[i];
    const float between = g + s.beta1 * (m - g);
    const float sign =
        static_cast<float>(between > 0) - static_cast<float>(between < 0);
    first_moment[i] = g + s.beta2 * (m - g);
    weight[i] = updated<kCautious>(weight[i], s.decay, s.step_size * sign);
  }
}

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

void adamw_update(
    int64_t count,
    const AdamWScalars& scalars,
    const float* gradient,
    float* weight,
    float* first_moment,
    float* second_moment) {
  const auto update = scalars.cautious ? adamw<true> : adamw<false>;
  update(count, scalars, gradient, weight, first_moment, second_moment);
}

void adamw_row_update(
    int64_t count,
    const AdamWScalars& s,
    const float* gradient,
    float* weight,
    float* first_moment,
    float* second_moment) {
  const double scale = s.gradient_scale;
  const double square = scale * scale * sum_of_squares(count, gradient) /
                        static_cast<double>(count);
  const float v =
      s.beta2 * *second_moment + s.second_rate * static_cast<float>(square);
  *second_moment = v;
  const auto update = s.cautious ? adamw_row<true> : adamw_row<false>;
  update(
      count,
      s,
      s.step_size / (std::sqrt(v) / s.root_correction + s.epsilon),
      gradient,
      weight,
      first_moment);
}

void lion_update(
    int64_t count,
    const LionScalars& scalars,
    const float* gradient,
    float* weight,
    float* first_moment) {
  const auto update = scalars.cautious ? lion<true> : lion<false>;
  update(count, scalars, gradient, weight, first_moment);
}

double sum_of_squares(int64_t count, const float* values) {
  return squares(
      count, [=](int64_t i) { return static_cast<double>(values[i]); });
}

double squared_distance(int64_t count, const float* a, const float* b) {
  return squares(
      count, [=](int64_t i) { return static_cast<double>(a[i]) - b[i]; });
}

} // namespace nanobrain
