#include "nanobrain/kernels/softmax_tile_avx512.h"

#include <immintrin.h>

namespace nanobrain::avx512 {

namespace {

constexpr int64_t kLanes = 16;

/// exp(x) for x <= 0 to 2 ulp: 2^n times the polynomial of Cephes' expf.
__m512 exp16(__m512 x) {
  const __m512 n = _mm512_roundscale_ps(
      _mm512_mul_ps(x, _mm512_set1_ps(1.44269504088896341F)),
      _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375F), x);
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4F), r);
  __m512 p = _mm512_set1_ps(1.9875691500e-4F);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.3981999507e-3F));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3F));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2F));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1F));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1F));
  p = _mm512_fmadd_ps(
      _mm512_mul_ps(r, r), p, _mm512_add_ps(r, _mm512_set1_ps(1.0F)));
  return _mm512_scalef_ps(p, n);
}

void store(float* out, __m512 x) {
  _mm512_storeu_ps(out, x);
}

void store(Bf16* out, __m512 x) {
  _mm256_storeu_si256(
      reinterpret_cast<__m256i*>(out),
      reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)));
}

/// Columns [i, i + 16) of a row; -inf, whose exp is 0, from `width` on.
__m512 load_scores(const float* row, int64_t i, int64_t width) {
  if (i + kLanes <= width) return _mm512_loadu_ps(row + i);
  const int64_t left = width > i ? width - i : 0;
  return _mm512_mask_loadu_ps(
      _mm512_set1_ps(-__builtin_inff()),
      static_cast<__mmask16>((1U << left) - 1),
      row + i);
}

template <class P>
void exp_row(
    const float* scores,
    int64_t width,
    int64_t stride,
    P* p,
    float* row_max,
    float* row_sum) {
  // Two accumulators each: one would wait for its own latency.
  __m512 max0 = _mm512_set1_ps(-__builtin_inff()), max1 = max0;
  for (int64_t i = 0; i < stride; i += 2 * kLanes) {
    max0 = _mm512_max_ps(max0, load_scores(scores, i, width));
    max1 = _mm512_max_ps(max1, load_scores(scores, i + kLanes, width));
  }
  const float max = _mm512_reduce_max_ps(_mm512_max_ps(max0, max1));
  const __m512 shift = _mm512_set1_ps(max);
  __m512 sum0 = _mm512_setzero_ps(), sum1 = sum0;
  for (int64_t i = 0; i < stride; i += 2 * kLanes) {
    const __m512 e0 =
        exp16(_mm512_sub_ps(load_scores(scores, i, width), shift));
    const __m512 e1 =
        exp16(_mm512_sub_ps(load_scores(scores, i + kLanes, width), shift));
    sum0 = _mm512_add_ps(sum0, e0);
    sum1 = _mm512_add_ps(sum1, e1);
    if (p != nullptr) {
      store(p + i, e0);
      store(p + i + kLanes, e1);
    }
  }
  *row_max = max;
  *row_sum = _mm512_reduce_add_ps(_mm512_add_ps(sum0, sum1));
}

template <class P>
void exp_rows_of(
    const float* scores,
    int64_t rows,
    int64_t width,
    int64_t stride,
    P* p,
    float* row_max,
    float* row_sum) {
  for (int64_t t = 0; t < rows; ++t) {
    exp_row(
        scores + t * stride,
        width,
        stride,
        p == nullptr ? nullptr : p + t * stride,
        row_max + t,
        row_sum + t);
  }
}

template <class Out>
void scale_columns_of(
    const float* values, const float* scale, int64_t C, int64_t T, Out* out) {
  for (int64_t c = 0; c < C; ++c) {
    for (int64_t t = 0; t < T; t += kLanes) {
      store(
          out + c * T + t,
          _mm512_mul_ps(
              _mm512_loadu_ps(values + c * T + t), _mm512_loadu_ps(scale + t)));
    }
  }
}

} // namespace

void exp_rows(
    const float* scores,
    int64_t rows,
    int64_t width,
    int64_t stride,
    float* p,
    float* row_max,
    float* row_sum) {
  exp_rows_of(scores, rows, width, stride, p, row_max, row_sum);
}

void exp_rows(
    const float* scores,
    int64_t rows,
    int64_t width,
    int64_t stride,
    Bf16* p,
    float* row_max,
    float* row_sum) {
  exp_rows_of(scores, rows, width, stride, p, row_max, row_sum);
}

void scale_columns(
    const float* values, const float* scale, int64_t C, int64_t T, float* out) {
  scale_columns_of(values, scale, C, T, out);
}

void scale_columns(
    const float* values, const float* scale, int64_t C, int64_t T, Bf16* out) {
  scale_columns_of(values, scale, C, T, out);
}

void interleave_rows(const Bf16* in, int64_t T, int64_t N, Bf16* out) {
  // Lane 2i takes a[i], lane 2i + 1 takes b[i] (index bit 5 picks b).
  alignas(64) uint16_t low[32], high[32];
  for (int i = 0; i < 32; ++i) {
    low[i] = static_cast<uint16_t>(i / 2 + (i % 2) * 32);
    high[i] = static_cast<uint16_t>(low[i] + 16);
  }
  const __m512i low_index = _mm512_load_si512(low);
  const __m512i high_index = _mm512_load_si512(high);
  for (int64_t t = 0; t < T; t += 2) {
    for (int64_t n = 0; n < N; n += 32) {
      const __m512i a = _mm512_loadu_si512(in + t * N + n);
      const __m512i b = _mm512_loadu_si512(in + (t + 1) * N + n);
      Bf16* pair = out + t * N + 2 * n;
      _mm512_storeu_si512(pair, _mm512_permutex2var_epi16(a, low_index, b));
      _mm512_storeu_si512(
          pair + 32, _mm512_permutex2var_epi16(a, high_index, b));
    }
  }
}

void to_bf16(const float* in, int64_t count, Bf16* out) {
  for (int64_t i = 0; i < count; i += kLanes) {
    store(out + i, _mm512_loadu_ps(in + i));
  }
}

void add_scaled_rows(
    const float* rows, const float* scale, int64_t T, int64_t C, float* sum) {
  for (int64_t t = 0; t < T; ++t) {
    const __m512 s = _mm512_set1_ps(scale[t]);
    for (int64_t c = t * C; c < (t + 1) * C; c += kLanes) {
      _mm512_storeu_ps(
          sum + c,
          _mm512_fmadd_ps(
              _mm512_loadu_ps(rows + c), s, _mm512_loadu_ps(sum + c)));
    }
  }
}

} // namespace nanobrain::avx512
