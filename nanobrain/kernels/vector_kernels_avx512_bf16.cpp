// The kernels, compiled for AVX-512 with its bf16 conversions.
#include <immintrin.h>

#include "nanobrain/kernels/vector_kernels_simd.h"
namespace nanobrain {
namespace {

__m512i round_to_bf16(F32x16 low, F32x16 high) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(
      reinterpret_cast<__m512>(high), reinterpret_cast<__m512>(low)));
}

/// Two rows of 32 -> a0 b0 a1 b1 ... of 64.
class Interleave {
 public:
  Interleave() {
    // Lane 2i takes a[i], lane 2i + 1 takes b[i] (index bit 5 picks b).
    alignas(64) uint16_t low[32], high[32];
    for (int i = 0; i < 32; ++i) {
      low[i] = static_cast<uint16_t>(i / 2 + (i % 2) * 32);
      high[i] = static_cast<uint16_t>(low[i] + 16);
    }
    low_ = _mm512_load_si512(low);
    high_ = _mm512_load_si512(high);
  }
  void store(__m512i a, __m512i b, Bf16Bits* out) const {
    _mm512_storeu_si512(out, _mm512_permutex2var_epi16(a, low_, b));
    _mm512_storeu_si512(out + 32, _mm512_permutex2var_epi16(a, high_, b));
  }

 private:
  __m512i low_, high_;
};

/// Of the 32 scores at `row`.
__m512i rounded_probabilities(const float* row, float lse) {
  return round_to_bf16(
      exponential(load(row) - lse), exponential(load(row + kLanes) - lse));
}

void probabilities_bf16(
    const float* scores,
    int64_t rows,
    int64_t stride,
    const float* row_lse,
    Bf16Bits* p,
    Bf16Bits* pairs) {
  const Interleave interleave;
  for (int64_t t = 0; t < rows; t += 2) {
    const float* row = scores + t * stride;
    Bf16Bits* out = p + t * stride;
    for (int64_t i = 0; i < stride; i += 32) {
      const __m512i a = rounded_probabilities(row + i, row_lse[t]);
      const __m512i b = rounded_probabilities(row + stride + i, row_lse[t + 1]);
      _mm512_storeu_si512(out + i, a);
      _mm512_storeu_si512(out + stride + i, b);
      interleave.store(a, b, pairs + t * stride + 2 * i);
    }
  }
}

void to_bf16(const float* in, int64_t count, Bf16Bits* out) {
  for (int64_t i = 0; i < count; i += kLanes) {
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(out + i),
        reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(in + i))));
  }
}

void interleave_rows(
    const Bf16Bits* in, int64_t rows, int64_t columns, Bf16Bits* out) {
  const Interleave interleave;
  for (int64_t t = 0; t < rows; t += 2) {
    const Bf16Bits* row = in + t * columns;
    for (int64_t i = 0; i < columns; i += 32) {
      interleave.store(
          _mm512_loadu_si512(row + i),
          _mm512_loadu_si512(row + columns + i),
          out + t * columns + 2 * i);
    }
  }
}

} // namespace

extern const VectorKernels kAvx512Bf16Kernels = {
    .multiply = nullptr,
    .softmax =
        {.add_exp = add_exp,
         .exponentials = exponentials,
         .probabilities_bf16 = probabilities_bf16,
         .to_bf16 = to_bf16,
         .interleave_rows = interleave_rows},
    .attention = kAttentionTile,
    .gelu = kGeluKernels};

} // namespace nanobrain
