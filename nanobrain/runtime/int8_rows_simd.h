// Int8Kernels on top of exact sums; for files that compile it for one
// instruction set. `Sums` is what differs:
//
//   Sums(const QuantizedRows& x, const PackedView& w);
//   // Sums of rows [row, row + rows), at most kGroup, over at most
//   // kChunkBlocks blocks from `block` on, into acc (kGroup, kChunk); returns
//   // where the first row is.
//   const int32_t* operator()(int64_t row, int64_t rows, int64_t block,
//                             int64_t blocks, int32_t* acc) const;
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/runtime/int8_kernels.h"
#include "nanobrain/runtime/simd_reduce.h"
#if defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__SSE2__)
#include <immintrin.h>
#endif

namespace nanobrain {
namespace {

constexpr int64_t kBlock = PackedView::kBlock;
static_assert(kBlock == kLanes);
constexpr int64_t kGroup = 32; // rows
constexpr int64_t kChunkBlocks = 16;
constexpr int64_t kChunk = kChunkBlocks * kBlock; // columns
// Short enough that sums are stored while the next ones are added up.
constexpr int64_t kMultiplyBlocks = 8;
constexpr int64_t kSumBlocks = 4;
// Rows of y are in pages of their own: a group's is written for a while before
// the next group's.
constexpr int64_t kStripBlocks = 64;
constexpr float kInfinity = __builtin_inff();

typedef int8_t I8 __attribute__((vector_size(kWidth), aligned(1)));
// Of columns that are compared or added up side by side: a single register
// would wait for its own latency.
constexpr int64_t kColumns = 2 * kLanes;
constexpr int64_t kRegisters = kColumns / kWidth;
static_assert(kChunk % kColumns == 0);

inline int64_t minimum(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/// The whole numbers next to x, the even one of two.
inline I32 round_to_int(F32 x) {
#if defined(__AVX512F__)
  return reinterpret_cast<I32>(_mm512_cvtps_epi32(reinterpret_cast<__m512>(x)));
#elif defined(__AVX2__)
  return reinterpret_cast<I32>(_mm256_cvtps_epi32(reinterpret_cast<__m256>(x)));
#elif defined(__SSE2__)
  return reinterpret_cast<I32>(_mm_cvtps_epi32(reinterpret_cast<__m128>(x)));
#elif defined(__ARM_NEON)
  return reinterpret_cast<I32>(
      vcvtnq_s32_f32(reinterpret_cast<float32x4_t>(x)));
#else
  I32 rounded{};
  for (int i = 0; i < kWidth; ++i) {
    rounded[i] = static_cast<int32_t>(__builtin_rintf(x[i]));
  }
  return rounded;
#endif
}

/// x[i .. i + kWidth), zeros past n.
inline F32 load_padded(const float* x, int64_t i, int64_t n) {
  if (i + kWidth <= n) return load_width(x + i);
  F32 padded{};
  for (int64_t k = i; k < n; ++k) padded[k - i] = x[k];
  return padded;
}

/// The largest magnitude: infinity where one is, NaN where one is.
inline float largest_magnitude(const float* x, int64_t n) {
  // As whole numbers they have the same order, infinity and NaN on top.
  I32 lanes{};
  for (int64_t i = 0; i < n; i += kWidth) {
    const I32 bits = reinterpret_cast<I32>(load_padded(x, i, n)) & 0x7fffffff;
    lanes = bits > lanes ? bits : lanes;
  }
  int32_t largest = 0;
  for (int i = 0; i < kWidth; ++i) {
    largest = lanes[i] > largest ? lanes[i] : largest;
  }
  float magnitude;
  __builtin_memcpy(&magnitude, &largest, sizeof(magnitude));
  return magnitude;
}

inline float quantize(const float* x, int64_t n, int64_t padded, int8_t* q) {
  const float max = largest_magnitude(x, n);
  const bool finite = max < kInfinity;
  if (!finite || max < 1e-30F) {
    for (int64_t i = 0; i < padded; ++i) q[i] = 0;
    return finite ? 0.0F : __builtin_nanf("");
  }
  const float inverse = 127.0F / max;
  for (int64_t i = 0; i < padded; i += kWidth) {
    *reinterpret_cast<I8*>(q + i) = __builtin_convertvector(
        round_to_int(load_padded(x, i, n) * inverse), I8);
  }
  return max / 127.0F;
}

/// y of kWidth columns.
inline F32 scaled(const int32_t* acc, float x_scale, const float* w_scale) {
  return __builtin_convertvector(load_width(acc), F32) *
         (x_scale * load_width(w_scale));
}

/// use(row, block, columns, acc) for the sums of each row over each kBlocks
/// blocks; `columns` excludes those past w.out. end_strip(row, block, end)
/// after each strip of blocks [block, end).
template <class Sums, int64_t kBlocks, class Use, class EndStrip>
inline void for_each_chunk(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    const Use& use,
    const EndStrip& end_strip) {
  last = minimum(last, (w.out + kBlock - 1) / kBlock);
  const Sums sums(x, w);
  alignas(64) int32_t buffer[kGroup * kChunk];
  for (int64_t strip = first; strip < last; strip += kStripBlocks) {
    const int64_t strip_end = minimum(strip + kStripBlocks, last);
    for (int64_t row = 0; row < x.rows; row += kGroup) {
      const int64_t rows = minimum(kGroup, x.rows - row);
      for (int64_t block = strip; block < strip_end; block += kBlocks) {
        const int64_t blocks = minimum(kBlocks, strip_end - block);
        const int64_t columns =
            minimum(blocks * kBlock, w.out - block * kBlock);
        const int32_t* acc = sums(row, rows, block, blocks, buffer);
        for (int64_t r = 0; r < rows; ++r) {
          use(row + r, block, columns, acc + r * kChunk);
        }
      }
      for (int64_t r = 0; r < rows; ++r) end_strip(row + r, strip, strip_end);
    }
  }
}

constexpr auto kNothing = [](int64_t, int64_t, int64_t) {};

template <class Sums>
void multiply(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* y,
    int64_t ld_y) {
  for_each_chunk<Sums, kMultiplyBlocks>(
      x,
      w,
      first,
      last,
      [&](int64_t row, int64_t block, int64_t columns, const int32_t* acc) {
        const float x_scale = x.scale[row];
        const float* w_scale = w.scale + block * kBlock;
        float* out = y + row * ld_y + (block - first) * kBlock;
        int64_t i = 0;
        for (; i + kWidth <= columns; i += kWidth) {
          store_width(out + i, scaled(acc + i, x_scale, w_scale + i));
          // What this row gets next.
          if (i % kLanes == 0) {
            __builtin_prefetch(out + i + kMultiplyBlocks * kBlock, 1);
          }
        }
        if (i == columns) return;
        const F32 rest = scaled(acc + i, x_scale, w_scale + i);
        for (int64_t k = i; k < columns; ++k) out[k] = rest[k - i];
      },
      kNothing);
}

/// One vector of kRegisters, two of which become one by `merge`.
template <class Merge>
inline F32x16 folded(const F32 (&registers)[kRegisters], const Merge& merge) {
  float lanes[kLanes];
  for (int64_t k = 0; k < kRegisters / 2; ++k) {
    store_width(
        lanes + k * kWidth, merge(registers[k], registers[k + kRegisters / 2]));
  }
  return load(lanes);
}

inline float largest_of(const F32 (&registers)[kRegisters]) {
  return largest(folded(registers, maximum<F32>));
}

inline float sum_of(const F32 (&registers)[kRegisters]) {
  return sum(folded(registers, [](F32 a, F32 b) { return a + b; }));
}

/// The columns of a row over one chunk.
struct ChunkOfRow {
  alignas(64) float y[kChunk];
  int64_t padded; // columns with -infinity behind them: a multiple of kColumns
  float largest;

  ChunkOfRow(
      const int32_t* acc, float x_scale, const float* w_scale, int64_t columns)
      : padded((columns + kColumns - 1) / kColumns * kColumns) {
    for (int64_t i = 0; i < columns; i += kWidth) {
      store_width(y + i, scaled(acc + i, x_scale, w_scale + i));
    }
    for (int64_t i = columns; i < padded; ++i) y[i] = -kInfinity;

    F32 lanes[kRegisters];
    for (F32& lane : lanes) lane = F32{} - kInfinity;
    for (int64_t i = 0; i < padded; i += kColumns) {
      for (int64_t k = 0; k < kRegisters; ++k) {
        lanes[k] = maximum(lanes[k], load_width(y + i + k * kWidth));
      }
    }
    largest = largest_of(lanes);
  }
};

template <class Sums>
void argmax(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* value,
    int64_t* index) {
  *value = -kInfinity;
  *index = first * kBlock;
  for_each_chunk<Sums, kChunkBlocks>(
      x,
      w,
      first,
      last,
      [&](int64_t row, int64_t block, int64_t columns, const int32_t* acc) {
        const ChunkOfRow chunk(
            acc, x.scale[row], w.scale + block * kBlock, columns);
        if (!(chunk.largest > *value)) return;
        int64_t column = 0;
        while (chunk.y[column] != chunk.largest) ++column;
        *value = chunk.largest;
        *index = block * kBlock + column;
      },
      kNothing);
}

/// The columns of a row over one strip beside a reference.
struct RowOfStrip {
  F32 sums[kRegisters] = {}; // of exp(y - reference)
  F32 largest[kRegisters];   // of y - reference

  RowOfStrip() {
    for (F32& lanes : largest) lanes = F32{} - kInfinity;
  }

  void add(
      const int32_t* acc,
      float x_scale,
      const float* w_scale,
      int64_t columns,
      float reference) {
    RowOfStrip row = *this; // in registers
    const auto add_vector = [&](int64_t i, int64_t k, I32 wanted) {
      F32 y = scaled(acc + i, x_scale, w_scale + i) - reference;
      y = wanted ? y : F32{} - kInfinity;
      row.sums[k] += exponential(y);
      row.largest[k] = maximum(row.largest[k], y);
    };
    int64_t i = 0;
    for (; i + kColumns <= columns; i += kColumns) {
      for (int64_t k = 0; k < kRegisters; ++k) {
        add_vector(i + k * kWidth, k, I32{} - 1);
      }
    }
    for (; i < columns; i += kWidth) {
      add_vector(i, 0, first_lanes(columns - i));
    }
    *this = row;
  }
};

/// Any reference about as large as the largest column will do, so it is moved
/// only where one is further away, and the strip is taken again: to look for
/// the largest first would be a pass of its own, and a wait for it.
constexpr float kNear = 32;

template <class Sums>
void add_exp(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* reference,
    double* sums) {
  RowOfStrip rows[kGroup];
  for_each_chunk<Sums, kSumBlocks>(
      x,
      w,
      first,
      last,
      [&](int64_t row, int64_t block, int64_t columns, const int32_t* acc) {
        rows[row % kGroup].add(
            acc,
            x.scale[row],
            w.scale + block * kBlock,
            columns,
            reference[row]);
      },
      [&](int64_t row, int64_t block, int64_t end) {
        const RowOfStrip strip = rows[row % kGroup];
        rows[row % kGroup] = {};
        const float away = largest_of(strip.largest);
        const bool empty = sums[row] == 0;
        // -infinity is the largest of NaN, which becomes the sum.
        const bool below = empty && away < -kNear && away > -kInfinity;
        if (!(away > kNear || below)) {
          sums[row] += sum_of(strip.sums);
          return;
        }
        const float moved = reference[row] + away;
        if (moved == reference[row]) { // floats there are too far apart
          sums[row] = __builtin_nan("");
          return;
        }
        if (!empty) sums[row] *= exponential(broadcast(-away))[0];
        reference[row] = moved;
        add_exp<Sums>(x.row(row), w, block, end, reference + row, sums + row);
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
