// PanelProduct, for files that compile it for one instruction set: a block of
// the product stays in registers over all of K, as in GotoBLAS (Goto, van de
// Geijn 2008).
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/kernels/panels.h"

namespace nanobrain {
namespace {

// The block: as many sums as the 16 registers of AVX2 leave room for the
// operands, and enough of them that a multiply-add need not wait for the one
// before (4 cycles, two a cycle).
constexpr int64_t kBlockRows = 6;
constexpr int64_t kVectors = kPanel / kWidth;

/// What all blocks of a product have in common; each has pointers of its own.
struct Product {
  int64_t K;
  bool add;
  int64_t a_row, a_panel, b_row, out_row;
};

/// sums += A (rows, count) x B (count, 16), for count <= 16.
template <int64_t rows>
inline void add_products(
    const Product& p,
    int64_t count,
    const float* a,
    const float* b,
    F32 (&sums)[rows][kVectors]) {
  for (int64_t k = 0; k < count; ++k, b += p.b_row) {
    F32 right[kVectors];
    for (int64_t v = 0; v < kVectors; ++v)
      right[v] = load_width(b + v * kWidth);
    for (int64_t r = 0; r < rows; ++r) {
      const F32 left = a[r * p.a_row + k] - F32{}; // a broadcast
      for (int64_t v = 0; v < kVectors; ++v) sums[r][v] += left * right[v];
    }
  }
}

template <int64_t rows>
inline void multiply_block(
    const Product& p, const float* a, const float* b, float* out) {
  F32 sums[rows][kVectors] = {};
  for (int64_t k = 0; k < p.K / kPanel; ++k) {
    // The rows of the next block: they may be far away, in short pieces.
    for (int64_t r = rows; r < 2 * rows; ++r) {
      __builtin_prefetch(a + r * p.a_row);
    }
    add_products<rows>(p, kPanel, a, b, sums);
    a += p.a_panel;
    b += kPanel * p.b_row;
  }
  add_products<rows>(p, p.K % kPanel, a, b, sums);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t v = 0; v < kVectors; ++v) {
      float* at = out + r * p.out_row + v * kWidth;
      const F32 sum = sums[r][v];
      store_width(at, p.add ? load_width(at) + sum : sum);
    }
  }
}

/// Blocks of `rows` rows as long as they fit, then lower ones.
template <int64_t rows>
inline void multiply_rows(
    const Product& p, int64_t M, const float* a, const float* b, float* out) {
  for (; M >= rows; M -= rows) {
    multiply_block<rows>(p, a, b, out);
    a += rows * p.a_row;
    out += rows * p.out_row;
  }
  if constexpr (rows > 1) {
    if (M > 0) multiply_rows<rows - 1>(p, M, a, b, out);
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
  const Product p{K, add, A.row, A.panel, B.row, out.row};
  for (; N > 0; N -= kPanel, B.data += B.panel, out.data += out.panel) {
    multiply_rows<kBlockRows>(p, M, A.data, B.data, out.data);
  }
}

} // namespace
} // namespace nanobrain
