// Loops over raw f32 elements. Their file is compiled without math-errno, so
// that the square root is a vector instruction.
#pragma once

#include <cstdint>

namespace nanobrain {

/// Of one AdamW update (Loshchilov and Hutter 2019), in PyTorch's order.
struct AdamWScalars {
  float gradient_scale; // clipping
  float first_rate;     // 1 - beta1
  float beta2;
  float second_rate; // 1 - beta2
  float epsilon;
  float decay;           // 1 - lr * weight_decay
  float step_size;       // lr / (1 - beta1^t)
  float root_correction; // sqrt(1 - beta2^t)
};

/// Updates `count` weights and their moments in place, in one pass.
void adamw_update(
    int64_t count,
    const AdamWScalars& scalars,
    const float* gradient,
    float* weight,
    float* first_moment,
    float* second_moment);

/// Sums of squares in double, always added in the same order.
double sum_of_squares(int64_t count, const float* values);
/// Of the differences a[i] - b[i].
double squared_distance(int64_t count, const float* a, const float* b);

} // namespace nanobrain
