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

/// What all blocks of a product have in common; each has pointers of its own.
struct Product {
  int64_t K;
  bool add;
  int64_t a_row, a_panel, b_row, b_panel, out_row, out_panel;
};

/// sums += A (rows, count) x B (count, panels * 16), for count <= 16.
template <int64_t rows, int64_t panels>
inline void add_products(
    const Product& p,
    int64_t count,
    const float* a,
    const float* b,
    F32 (&sums)[rows][panels][kPanel / kWidth]) {
  for (int64_t k = 0; k < count; ++k, b += p.b_row) {
    F32 right[panels][kPanel / kWidth];
    for (int64_t j = 0; j < panels; ++j) {
      for (int64_t v = 0; v < kPanel / kWidth; ++v) {
        right[j][v] = load_width(b + j * p.b_panel + v * kWidth);
      }
    }
    for (int64_t r = 0; r < rows; ++r) {
      const F32 left = a[r * p.a_row + k] - F32{}; // a broadcast
      for (int64_t j = 0; j < panels; ++j) {
        for (int64_t v = 0; v < kPanel / kWidth; ++v) {
          sums[r][j][v] += left * right[j][v];
        }
      }
    }
  }
}

template <int64_t rows, int64_t panels>
inline void multiply_block(
    const Product& p, const float* a, const float* b, float* out) {
  F32 sums[rows][panels][kPanel / kWidth] = {};
  for (int64_t k = 0; k < p.K / kPanel; ++k) {
    // The rows of the next block: they may be far away, in short pieces.
    for (int64_t r = rows; r < 2 * rows; ++r) {
      __builtin_prefetch(a + r * p.a_row);
    }
    add_products<rows, panels>(p, kPanel, a, b, sums);
    a += p.a_panel;
    b += kPanel * p.b_row;
  }
  add_products<rows, panels>(p, p.K % kPanel, a, b, sums);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t j = 0; j < panels; ++j) {
      for (int64_t v = 0; v < kPanel / kWidth; ++v) {
        float* at = out + r * p.out_row + j * p.out_panel + v * kWidth;
        const F32 sum = sums[r][j][v];
        store_width(at, p.add ? load_width(at) + sum : sum);
      }
    }
  }
}

/// Blocks of `rows` rows as long as they fit, then lower ones.
template <int64_t rows, int64_t panels>
inline void multiply_rows(
    const Product& p, int64_t M, const float* a, const float* b, float* out) {
  for (; M >= rows; M -= rows) {
    multiply_block<rows, panels>(p, a, b, out);
    a += rows * p.a_row;
    out += rows * p.out_row;
  }
  if constexpr (rows > 1) {
    if (M > 0) multiply_rows<rows - 1, panels>(p, M, a, b, out);
  }
}

template <int64_t panels>
inline void multiply_panels(
    const Product& p,
    int64_t M,
    int64_t N,
    const float* a,
    const float* b,
    float* out) {
  for (; N >= panels * kPanel; N -= panels * kPanel) {
    multiply_rows<kBlockRows, panels>(p, M, a, b, out);
    b += panels * p.b_panel;
    out += panels * p.out_panel;
  }
  if constexpr (panels > 1) {
    if (N > 0) multiply_panels<1>(p, M, N, a, b, out);
  }
}

inline void multiply(
    int64_t M,
    int64_t N,
    int64_t K,
    bool add,
    Panels<const float> A,
    Panels<const float> B,
    Panels<float> out) {
  const Product p{K, add, A.row, A.panel, B.row, B.panel, out.row, out.panel};
  multiply_panels<kBlockPanels>(p, M, N, A.data, B.data, out.data);
}

} // namespace
} // namespace nanobrain
