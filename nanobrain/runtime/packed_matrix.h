// An int8 matrix in the order that the dot products read it.
#pragma once

#include <cstdint>
#include <span>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/runtime/int8_kernels.h"

namespace nanobrain {

/// Owns what a PackedView describes.
class PackedMatrix {
 public:
  static constexpr int64_t kBlock = PackedView::kBlock;
  /// Sums of more products could leave the range of int32.
  static constexpr int64_t kMaxIn = 1 << 17;

  PackedMatrix() = default;
  /// `weight` is row-major (out, in), `scale` (out). Error if a weight is
  /// -128, for its negative is no int8, or `in` is over kMaxIn.
  PackedMatrix(
      std::span<const int8_t> weight,
      std::span<const float> scale,
      int64_t out,
      int64_t in);

  int64_t out() const { return out_; }
  int64_t in() const { return in_; }
  int64_t padded_out() const { return padded_out_; }
  int64_t padded_in() const { return padded_in_; }
  int64_t blocks() const { return padded_out_ / kBlock; }
  const int8_t* block(int64_t i) const {
    return data_.data() + i * kBlock * padded_in_;
  }
  /// (padded_out); 0 past `out`.
  const float* scale() const { return scale_.data(); }
  const int32_t* offset() const { return offset_.data(); }

  operator PackedView() const {
    return {data_.data(), scale_.data(), offset_.data(), out_, padded_in_};
  }

 private:
  int64_t out_ = 0, in_ = 0, padded_out_ = 0, padded_in_ = 0;
  AlignedBuffer<int8_t> data_;
  AlignedBuffer<float> scale_;
  AlignedBuffer<int32_t> offset_;
};

} // namespace nanobrain
