// The weight of the tied head in tiles, packed for its products.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "nanobrain/kernels/products.h"
#include "nanobrain/kernels/transpose.h"

namespace nanobrain {

/// E (V, dim) in tiles of kTile rows, zeros behind its last row and column.
template <class Products>
class TiledWeight {
 public:
  using T = typename Products::Value;
  static constexpr bool kBf16 = std::is_same_v<Products, Bf16Products>;
  static constexpr int64_t kTile = kBf16 ? 512 : 256; // Vt: P is in L2

  /// C: dim, in whole vectors. `with_rows`: of which rows() will be asked.
  TiledWeight(const at::Tensor& weight, int64_t C, bool with_rows)
      : weight_(weight.contiguous()),
        V_(weight.size(0)),
        dim_(weight.size(1)),
        C_(C),
        panel_(kBf16 && dim_ > kDeep ? kTile / 8 : kTile),
        with_rows_(with_rows),
        columns_(empty()),
        rows_(with_rows ? empty() : at::Tensor()) {}

  int64_t tiles() const { return (V_ + kTile - 1) / kTile; }
  /// How many of its rows tile i has; the others are zeros.
  int64_t width(int64_t i) const { return std::min(kTile, V_ - i * kTile); }

  /// Before the others; each tile once, in any thread.
  void pack(int64_t i) {
    std::vector<float> transposed(C_ * panel_), padded;
    const float* tile = this->tile(i, padded);
    for (int64_t v = 0; v < kTile; v += panel_) {
      transpose(tile + v * C_, C_, panel_, C_, transposed.data(), panel_);
      T* out = columns_.template data_ptr<T>() + (i * kTile + v) * C_;
      products_.pack(transposed.data(), C_, panel_, out);
    }
    if (!with_rows_) return;
    products_.pack(
        tile, kTile, C_, rows_.template data_ptr<T>() + i * kTile * C_);
  }

  /// S (count, Vt) = H (count, C) E_i^T, the rows of S `stride` apart;
  /// -infinity behind the last row of E.
  void score(
      int64_t i,
      const T* hidden,
      int64_t count,
      float* scores,
      int64_t stride) const {
    for (int64_t v = 0; v < kTile; v += panel_) {
      const T* columns =
          columns_.template const_data_ptr<T>() + (i * kTile + v) * C_;
      products_.multiply( // (count, C) x (C, panel)
          count,
          panel_,
          C_,
          /*add=*/false,
          {hidden, C_},
          products_.packed(columns, C_, panel_),
          {scores + v, stride});
    }
    for (int64_t v = width(i); v < kTile; ++v) {
      for (int64_t r = 0; r < count; ++r) {
        scores[r * stride + v] = -std::numeric_limits<float>::infinity();
      }
    }
  }

  /// E_i (Vt, C) as the right side of a product.
  Panels<const T> rows(int64_t i) const {
    return products_.packed(
        rows_.template const_data_ptr<T>() + i * kTile * C_, kTile, C_);
  }

 private:
  static constexpr int64_t kDeep = 256; // dim from which columns are in panels

  at::Tensor empty() const { // (tiles, Vt, C)
    return at::empty(
        {tiles(), kTile, C_},
        weight_.options().dtype(c10::CppTypeToScalarType<T>::value));
  }

  /// (Vt, C) of E, in `padded` where zeros are to be added.
  const float* tile(int64_t i, std::vector<float>& padded) const {
    const float* rows = weight_.const_data_ptr<float>() + i * kTile * dim_;
    if (width(i) == kTile && dim_ == C_) return rows;
    padded.assign(kTile * C_, 0.0F);
    for (int64_t v = 0; v < width(i); ++v) {
      std::copy_n(rows + v * dim_, dim_, padded.data() + v * C_);
    }
    return padded.data();
  }

  const at::Tensor weight_;
  const int64_t V_, dim_, C_, panel_;
  const bool with_rows_;
  at::Tensor columns_; // packed for S: of each tile (C, panel) after (C, panel)
  at::Tensor rows_;    // packed for P E: (Vt, C)
  const Products products_{};
};

} // namespace nanobrain
