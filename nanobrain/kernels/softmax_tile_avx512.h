// Elementwise work on tiles between the matrix products, in AVX-512. The .cpp
// is compiled with -mavx512*, so it and this header include no STL or ATen.
#pragma once

#include <cstdint>

namespace nanobrain::avx512 {

/// The bits of a bfloat16.
using Bf16 = uint16_t;

/// For each row: its maximum, p = exp(score - maximum) and the sum of p.
/// Columns from `width` to `stride` of p become 0.
///   scores (rows, stride) f32, p (rows, stride), stride a multiple of 32
void exp_rows(
    const float* scores,
    int64_t rows,
    int64_t width,
    int64_t stride,
    float* p,
    float* row_max,
    float* row_sum);
void exp_rows(
    const float* scores,
    int64_t rows,
    int64_t width,
    int64_t stride,
    Bf16* p,
    float* row_max,
    float* row_sum);

/// out[c][t] = values[c][t] * scale[t].   (C, T), T a multiple of 32
void scale_columns(
    const float* values, const float* scale, int64_t C, int64_t T, float* out);
void scale_columns(
    const float* values, const float* scale, int64_t C, int64_t T, Bf16* out);

/// Pairs of rows interleaved, the VNNI order of a right-hand matrix:
/// (T, N) -> (T / 2, N, 2); T even, N a multiple of 32.
void interleave_rows(const Bf16* in, int64_t T, int64_t N, Bf16* out);

/// Rounds to nearest even; count a multiple of 32.
void to_bf16(const float* in, int64_t count, Bf16* out);

/// sum[t][c] += scale[t] * rows[t][c].   (T, C), C a multiple of 16
void add_scaled_rows(
    const float* rows, const float* scale, int64_t T, int64_t C, float* sum);

} // namespace nanobrain::avx512
