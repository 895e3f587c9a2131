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
  bool cautious;         // decays only what the update makes smaller
};

/// Updates `count` weights and their moments in place, in one pass.
void adamw_update(
    int64_t count,
    const AdamWScalars& scalars,
    const float* gradient,
    float* weight,
    float* first_moment,
    float* second_moment);

/// The same of a row with one second moment, of its mean square.
void adamw_row_update(
    int64_t count,
    const AdamWScalars& scalars,
    const float* gradient,
    float* weight,
    float* first_moment,
    float* second_moment);

/// Of one Lion update (Chen et al. 2023).
struct LionScalars {
  float gradient_scale;
  float beta1, beta2;
  float decay;
  float step_size; // lr
  bool cautious;
};
void lion_update(
    int64_t count,
    const LionScalars& scalars,
    const float* gradient,
    float* weight,
    float* first_moment);

/// Sums of squares in double, always added in the same order.
double sum_of_squares(int64_t count, const float* values);
/// Of the differences a[i] - b[i].
double squared_distance(int64_t count, const float* a, const float* b);

} // namespace nanobrain
