// An int8 matrix in the order that the dot products read it.
#pragma once

#include <cstdint>
#include <span>

#include "nanobrain/base/aligned_buffer.h"

namespace nanobrain {

/// W (out, in) with a scale per output feature, packed in blocks of 16 outputs:
/// (out / 16, in / 4, 16, 4). A row of 64 bytes has four inputs of each of 16
/// outputs, what a VNNI or AMX dot product takes; `in` is padded to a multiple
/// of 64 and `out` to a multiple of 64, with zeros.
class PackedMatrix {
 public:
  static constexpr int64_t kBlock = 16; // outputs

  PackedMatrix() = default;
  /// `weight` is row-major (out, in), `scale` (out).
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
  /// 128 times the sum of each output's weights, (padded_out): what a product
  /// with activations + 128, unsigned, has too much.
  const int32_t* offset() const { return offset_.data(); }

 private:
  int64_t out_ = 0, in_ = 0, padded_out_ = 0, padded_in_ = 0;
  AlignedBuffer<int8_t> data_;
  AlignedBuffer<float> scale_;
  AlignedBuffer<int32_t> offset_;
};

} // namespace nanobrain
