// Int8Kernels on top of exact sums; for files that compile it for one
// instruction set. `Sums` is what differs:
//
//   Sums(const QuantizedRows& x, const PackedView& w);
//   // Sums of rows [row, row + rows), at most kGroup, over at most
//   // kChunkBlocks blocks from `block` on, into acc (kGroup, kChunk); returns
//   // that of the first row.
//   const int32_t* operator()(int64_t row, int64_t rows, int64_t block,
//                             int64_t blocks, int32_t* acc) const;
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/runtime/int8_table.h"
#if defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__SSE2__)
#include <immintrin.h>
#endif

namespace nanobrain {
namespace {

constexpr int64_t kBlock = PackedView::kBlock;
static_assert(kBlock == kLanes);
constexpr int64_t kGroup = 16; // rows
constexpr int64_t kChunkBlocks = 16;
constexpr int64_t kChunk = kChunkBlocks * kBlock; // columns
constexpr float kInfinity = __builtin_inff();

typedef int8_t I8x16 __attribute__((vector_size(16), aligned(1)));
typedef int32_t I32x16Unaligned __attribute__((vector_size(64), aligned(4)));

inline int64_t minimum(int64_t a, int64_t b) {
  return a < b ? a : b;
}

inline I32x16 load(const int32_t* in) {
  return *reinterpret_cast<const I32x16Unaligned*>(in);
}

inline I32x16 lane_numbers() {
  return I32x16{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
}

/// The whole numbers next to x, the even one of two.
inline I32x16 round_to_int(F32x16 x) {
#if defined(__AVX512F__)
  return reinterpret_cast<I32x16>(
      _mm512_cvtps_epi32(reinterpret_cast<__m512>(x)));
#else
  I32x16 rounded;
#if defined(__ARM_NEON)
  const auto* from = reinterpret_cast<const float32x4_t*>(&x);
  auto* to = reinterpret_cast<int32x4_t*>(&rounded);
  for (int i = 0; i < 4; ++i) to[i] = vcvtnq_s32_f32(from[i]);
#elif defined(__AVX2__)
  const auto* from = reinterpret_cast<const __m256*>(&x);
  auto* to = reinterpret_cast<__m256i*>(&rounded);
  for (int i = 0; i < 2; ++i) to[i] = _mm256_cvtps_epi32(from[i]);
#elif defined(__SSE2__)
  const auto* from = reinterpret_cast<const __m128*>(&x);
  auto* to = reinterpret_cast<__m128i*>(&rounded);
  for (int i = 0; i < 4; ++i) to[i] = _mm_cvtps_epi32(from[i]);
#else
  for (int i = 0; i < kLanes; ++i) {
    rounded[i] = static_cast<int32_t>(__builtin_rintf(x[i]));
  }
#endif
  return rounded;
#endif
}

/// x[i .. i + 16), zeros past n.
inline F32x16 load_padded(const float* x, int64_t i, int64_t n) {
  if (i + kLanes <= n) return load(x + i);
  F32x16 padded{};
  for (int64_t k = i; k < n; ++k) padded[k - i] = x[k];
  return padded;
}

inline float quantize(const float* x, int64_t n, int64_t padded, int8_t* q) {
  // As whole numbers the magnitudes have the same order, infinity and NaN on
  // top.
  I32x16 largest{};
  for (int64_t i = 0; i < n; i += kLanes) {
    const I32x16 magnitude =
        reinterpret_cast<I32x16>(load_padded(x, i, n)) & 0x7fffffff;
    largest = magnitude > largest ? magnitude : largest;
  }
  int32_t bits = 0;
  for (int i = 0; i < kLanes; ++i) bits = largest[i] > bits ? largest[i] : bits;
  float max;
  __builtin_memcpy(&max, &bits, sizeof(max));

  const bool finite = max < kInfinity;
  if (!finite || max < 1e-30F) {
    for (int64_t i = 0; i < padded; ++i) q[i] = 0;
    return finite ? 0.0F : __builtin_nanf("");
  }
  const float inverse = 127.0F / max;
  for (int64_t i = 0; i < padded; i += kLanes) {
    *reinterpret_cast<I8x16*>(q + i) = __builtin_convertvector(
        round_to_int(load_padded(x, i, n) * inverse), I8x16);
  }
  return max / 127.0F;
}

/// y of 16 columns.
inline F32x16 scaled(const int32_t* acc, float x_scale, const float* w_scale) {
  return __builtin_convertvector(load(acc), F32x16) * (x_scale * load(w_scale));
}

/// The same with `otherwise` in lanes from `columns` on.
inline F32x16 scaled_part(
    const int32_t* acc,
    float x_scale,
    const float* w_scale,
    int64_t columns,
    float otherwise) {
  return lane_numbers() < static_cast<int32_t>(columns)
             ? scaled(acc, x_scale, w_scale)
             : broadcast(otherwise);
}

/// use(row, block, columns, acc) for the sums of each row over each chunk of
/// blocks; `columns` excludes those past w.out.
template <class Sums, class Use>
inline void for_each_chunk(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    const Use& use) {
  last = minimum(last, (w.out + kBlock - 1) / kBlock);
  const Sums sums(x, w);
  alignas(64) int32_t buffer[kGroup * kChunk];
  for (int64_t block = first; block < last; block += kChunkBlocks) {
    const int64_t blocks = minimum(kChunkBlocks, last - block);
    const int64_t columns = minimum(blocks * kBlock, w.out - block * kBlock);
    for (int64_t row = 0; row < x.rows; row += kGroup) {
      const int64_t rows = minimum(kGroup, x.rows - row);
      const int32_t* acc = sums(row, rows, block, blocks, buffer);
      for (int64_t r = 0; r < rows; ++r) {
        use(row + r, block, columns, acc + r * kChunk);
      }
    }
  }
}

template <class Sums>
void multiply(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* y,
    int64_t ld_y) {
  for_each_chunk<Sums>(
      x,
      w,
      first,
      last,
      [&](int64_t row, int64_t block, int64_t columns, const int32_t* acc) {
        const float x_scale = x.scale[row];
        const float* w_scale = w.scale + block * kBlock;
        float* out = y + row * ld_y + (block - first) * kBlock;
        int64_t i = 0;
        for (; i + kLanes <= columns; i += kLanes) {
          store(out + i, scaled(acc + i, x_scale, w_scale + i));
        }
        if (i == columns) return;
        const F32x16 rest = scaled(acc + i, x_scale, w_scale + i);
        for (int64_t k = i; k < columns; ++k) out[k] = rest[k - i];
      });
}

template <class Sums>
void argmax(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* value,
    int64_t* index) {
  F32x16 best = broadcast(-kInfinity);
  I32x16 best_column = I32x16{} + static_cast<int32_t>(first * kBlock);
  const auto compare = [&](F32x16 y, int64_t column) {
    const I32x16 columns = lane_numbers() + static_cast<int32_t>(column);
    const I32x16 greater = y > best;
    best = greater ? y : best;
    best_column = greater ? columns : best_column;
  };
  for_each_chunk<Sums>(
      x,
      w,
      first,
      last,
      [&](int64_t /*row*/, int64_t block, int64_t columns, const int32_t* acc) {
        const float* w_scale = w.scale + block * kBlock;
        int64_t i = 0;
        for (; i + kLanes <= columns; i += kLanes) {
          compare(scaled(acc + i, *x.scale, w_scale + i), block * kBlock + i);
        }
        if (i == columns) return;
        compare(
            scaled_part(
                acc + i, *x.scale, w_scale + i, columns - i, -kInfinity),
            block * kBlock + i);
      });
  *value = best[0];
  *index = best_column[0];
  for (int i = 1; i < kLanes; ++i) {
    if (best[i] > *value || (best[i] == *value && best_column[i] < *index)) {
      *value = best[i];
      *index = best_column[i];
    }
  }
}

inline float largest_lane(F32x16 x) {
  float largest = x[0];
  for (int i = 1; i < kLanes; ++i) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

inline float sum_of_lanes(F32x16 x) {
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += x[i];
  return sum;
}

template <class Sums>
void add_exp(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* max,
    double* sum) {
  for_each_chunk<Sums>(
      x,
      w,
      first,
      last,
      [&](int64_t row, int64_t block, int64_t columns, const int32_t* acc) {
        const float* w_scale = w.scale + block * kBlock;
        F32x16 y[kChunkBlocks];
        F32x16 largest = broadcast(max[row]);
        const int64_t whole = columns / kLanes;
        for (int64_t i = 0; i < whole; ++i) {
          y[i] = scaled(acc + i * kLanes, x.scale[row], w_scale + i * kLanes);
          largest = maximum(largest, y[i]);
        }
        const int64_t rest = columns - whole * kLanes;
        if (rest > 0) {
          y[whole] = scaled_part(
              acc + whole * kLanes,
              x.scale[row],
              w_scale + whole * kLanes,
              rest,
              -kInfinity);
          largest = maximum(largest, y[whole]);
        }
        const float new_max = largest_lane(largest);
        if (new_max > max[row]) {
          sum[row] *= exponential(broadcast(max[row] - new_max))[0];
          max[row] = new_max;
        }
        F32x16 total{};
        for (int64_t i = 0; i < whole; ++i) {
          total += exponential(y[i] - new_max);
        }
        if (rest > 0) {
          const F32x16 e = exponential(y[whole] - new_max);
          total += lane_numbers() < static_cast<int32_t>(rest) ? e : F32x16{};
        }
        sum[row] += sum_of_lanes(total);
      });
}

template <class Sums>
constexpr Int8Kernels int8_table(const char* name) {
  return {
      .name = name,
      .quantize = quantize,
      .multiply = multiply<Sums>,
      .argmax = argmax<Sums>,
      .add_exp = add_exp<Sums>};
}

} // namespace
} // namespace nanobrain
