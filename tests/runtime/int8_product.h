// An int8 product with random operands, and what it is by definition.
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/base/random.h"
#include "nanobrain/runtime/int8_kernels.h"
#include "nanobrain/runtime/packed_matrix.h"

namespace nanobrain::testing {

struct Product {
  int64_t rows, out, in;
  std::vector<int8_t> weight; // (out, in)
  std::vector<float> w_scale;
  AlignedBuffer<int8_t> x; // (rows, ld)
  AlignedBuffer<float> x_scale;
  int64_t ld;

  Product(int64_t rows, int64_t out, int64_t in, uint64_t seed = 1)
      : rows(rows),
        out(out),
        in(in),
        weight(static_cast<size_t>(out * in)),
        w_scale(static_cast<size_t>(out)),
        x(static_cast<size_t>(rows * (padded(in) + 64))),
        x_scale(static_cast<size_t>(rows)),
        ld(padded(in) + 64) {
    Random random(seed);
    const auto byte = [&] {
      return static_cast<int8_t>(static_cast<int>(random.below(255)) - 127);
    };
    const auto scale = [&] {
      return static_cast<float>(0.001 + 0.01 * random.uniform());
    };
    for (int8_t& w : weight) w = byte();
    for (float& s : w_scale) s = scale();
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t i = 0; i < in; ++i) x[at(r, i)] = byte();
      x_scale[static_cast<size_t>(r)] = scale();
    }
  }

  static int64_t padded(int64_t n) { return (n + 63) / 64 * 64; }
  size_t at(int64_t row, int64_t i) const {
    return static_cast<size_t>(row * ld + i);
  }
  PackedMatrix packed() const { return {weight, w_scale, out, in}; }
  QuantizedRows quantized() const {
    return {x.data(), x_scale.data(), rows, ld};
  }

  int64_t sum(int64_t row, int64_t o) const {
    int64_t sum = 0;
    for (int64_t i = 0; i < in; ++i) {
      sum += int64_t{x[at(row, i)]} * weight[static_cast<size_t>(o * in + i)];
    }
    return sum;
  }
  float y(int64_t row, int64_t o) const {
    const volatile float scale =
        x_scale[static_cast<size_t>(row)] * w_scale[static_cast<size_t>(o)];
    return static_cast<float>(sum(row, o)) * scale;
  }
};

} // namespace nanobrain::testing
