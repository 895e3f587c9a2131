// Transposed copies of matrices in memory.
#pragma once

#include <algorithm>
#include <cstdint>

namespace nanobrain {

/// factor * in (rows, columns) -> out (columns, rows), in blocks whose lines
/// fit into L1; rows of `in` are ld_in floats apart, those of `out` ld_out.
inline void transpose(
    const float* in,
    int64_t ld_in,
    int64_t rows,
    int64_t columns,
    float* out,
    int64_t ld_out,
    float factor = 1) {
  constexpr int64_t kBlockSide = 16;
  for (int64_t r = 0; r < rows; r += kBlockSide) {
    const int64_t last_row = std::min(r + kBlockSide, rows);
    for (int64_t column = 0; column < columns; column += kBlockSide) {
      const int64_t last = std::min(column + kBlockSide, columns);
      for (int64_t c = column; c < last; ++c) {
        for (int64_t i = r; i < last_row; ++i) {
          out[c * ld_out + i] = factor * in[i * ld_in + c];
        }
      }
    }
  }
}

} // namespace nanobrain
