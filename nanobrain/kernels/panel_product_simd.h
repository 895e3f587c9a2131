// PanelProduct, for files that compile it for one instruction set: a block of
// the product stays in registers over all of K, as in GotoBLAS (Goto, van de
// Geijn 2008).
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/kernels/panels.h"

namespace nanobrain {
namespace {

// The block: as many sums as registers leave room for the operands, and enough
// of them that a multiply-add need not wait for the one before (4 cycles, two a
// cycle). 6 x 16 with the 16 registers of AVX2, 12 x 32 with the 32 of AVX-512.
#if defined(__AVX512F__)
constexpr int64_t kBlockRows = 12;
constexpr int64_t kBlockPanels = 2;
#else
constexpr int64_t kBlockRows = 6;
constexpr int64_t kBlockPanels = 1;
#endif

/// sums += A (rows, count) x B (count, panels * 16), for count <= 16.
template <int64_t rows, int64_t panels>
inline void add_products(
    int64_t count,
    Panels<const float> A,
    Panels<const float> B,
    F32 (&sums)[rows][panels][kPanel / kWidth]) {
  for (int64_t k = 0; k < count; ++k) {
    F32 right[panels][kPanel / kWidth];
    for (int64_t p = 0; p < panels; ++p) {
      for (int64_t v = 0; v < kPanel / kWidth; ++v) {
        right[p][v] = load_width(B.data + p * B.panel + k * B.row + v * kWidth);
      }
    }
    for (int64_t r = 0; r < rows; ++r) {
      const F32 left = A.data[r * A.row + k] - F32{}; // a broadcast
      for (int64_t p = 0; p < panels; ++p) {
        for (int64_t v = 0; v < kPanel / kWidth; ++v) {
          sums[r][p][v] += left * right[p][v];
        }
      }
    }
  }
}

template <int64_t rows, int64_t panels>
inline void multiply_block(
    int64_t K,
    bool add,
    Panels<const float> A,
    Panels<const float> B,
    Panels<float> out) {
  F32 sums[rows][panels][kPanel / kWidth] = {};
  for (int64_t k = 0; k < K / kPanel; ++k) {
    // The rows of the next block: they may be far away, in short pieces.
    for (int64_t r = rows; r < 2 * rows; ++r) {
      __builtin_prefetch(A.data + r * A.row);
    }
    add_products<rows, panels>(kPanel, A, B, sums);
    A.data += A.panel;
    B.data += kPanel * B.row;
  }
  add_products<rows, panels>(K % kPanel, A, B, sums);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t p = 0; p < panels; ++p) {
      for (int64_t v = 0; v < kPanel / kWidth; ++v) {
        float* at = out.data + p * out.panel + r * out.row + v * kWidth;
        const F32 sum = sums[r][p][v];
        store_width(at, add ? load_width(at) + sum : sum);
      }
    }
  }
}

/// Blocks of `rows` rows as long as they fit, then lower ones.
template <int64_t rows, int64_t panels>
inline void multiply_rows(
    int64_t M,
    int64_t K,
    bool add,
    Panels<const float> A,
    Panels<const float> B,
    Panels<float> out) {
  for (; M >= rows; M -= rows) {
    multiply_block<rows, panels>(K, add, A, B, out);
    A.data += rows * A.row;
    out.data += rows * out.row;
  }
  if constexpr (rows > 1) {
    if (M > 0) multiply_rows<rows - 1, panels>(M, K, add, A, B, out);
  }
}

template <int64_t panels>
inline void multiply_panels(
    int64_t M,
    int64_t N,
    int64_t K,
    bool add,
    Panels<const float> A,
    Panels<const float> B,
    Panels<float> out) {
  for (; N >= panels * kPanel; N -= panels * kPanel) {
    multiply_rows<kBlockRows, panels>(M, K, add, A, B, out);
    B.data += panels * B.panel;
    out.data += panels * out.panel;
  }
  if constexpr (panels > 1) {
    if (N > 0) multiply_panels<1>(M, N, K, add, A, B, out);
  }
}

constexpr PanelProduct kPanelProduct = multiply_panels<kBlockPanels>;

} // namespace
} // namespace nanobrain
