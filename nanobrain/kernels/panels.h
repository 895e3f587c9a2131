// Matrices as the f32 products of this folder take them.
#pragma once

#include <cstdint>

namespace nanobrain {

inline constexpr int64_t kPanel = 16; // columns

/// A matrix in panels of 16 columns: element (i, j) is
///   data[j / 16 * panel + i * row + j % 16].
/// Rows in a row, as usual, are panel = 16; a packed matrix of K rows, whose
/// panels a product reads from end to end, is row = 16, panel = 16 K.
template <class T>
struct Panels {
  T* data;
  int64_t row;
  int64_t panel = kPanel;
};

/// out (M, N) = A (M, K) x B (K, N), or += where `add`. N is a multiple of 16.
/// Each element is summed in order of k, whatever M, N and the layouts are, and
/// then added: a sum over many calls is off by less than one long chain.
using PanelProduct = void (*)(
    int64_t M,
    int64_t N,
    int64_t K,
    bool add,
    Panels<const float> A,
    Panels<const float> B,
    Panels<float> out);

} // namespace nanobrain
