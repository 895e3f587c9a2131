// The int8 kernels for every processor.
#include "nanobrain/runtime/int8_rows_simd.h"

namespace nanobrain {
namespace {

class PortableSums {
 public:
  PortableSums(const QuantizedRows& x, const PackedView& w) : x_(x), w_(w) {}

  const int32_t* operator()(
      int64_t row,
      int64_t rows,
      int64_t block,
      int64_t blocks,
      int32_t* acc) const {
    for (int64_t b = 0; b < blocks; ++b) {
      const int8_t* weights = w_.data + (block + b) * kBlock * w_.padded_in;
      for (int64_t r = 0; r < rows; ++r) {
        add(x_.data + (row + r) * x_.ld,
            weights,
            acc + r * kChunk + b * kBlock);
      }
    }
    return acc;
  }

 private:
  void add(const int8_t* x, const int8_t* weights, int32_t* acc) const {
    int32_t sums[kBlock] = {};
    for (int64_t i = 0; i < w_.padded_in; i += 4) {
      for (int64_t o = 0; o < kBlock; ++o) {
        const int8_t* four = weights + i * kBlock + o * 4;
        sums[o] += x[i] * four[0] + x[i + 1] * four[1] + x[i + 2] * four[2] +
                   x[i + 3] * four[3];
      }
    }
    for (int64_t o = 0; o < kBlock; ++o) acc[o] = sums[o];
  }

  const QuantizedRows& x_;
  const PackedView& w_;
};

} // namespace

extern const Int8Kernels kPortableInt8Kernels =
    int8_table<PortableSums>("portable");

} // namespace nanobrain
