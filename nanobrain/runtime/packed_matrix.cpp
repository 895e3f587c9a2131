#include "nanobrain/runtime/packed_matrix.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

constexpr int64_t kPadding = 64; // of both dimensions: cache lines, AMX tiles

int64_t padded(int64_t size) {
  return (size + kPadding - 1) / kPadding * kPadding;
}

} // namespace

PackedMatrix::PackedMatrix(
    std::span<const int8_t> weight,
    std::span<const float> scale,
    int64_t out,
    int64_t in)
    : out_(out), in_(in), padded_out_(padded(out)), padded_in_(padded(in)) {
  constexpr const char* kWhere = "PackedMatrix";
  require(in <= kMaxIn, kWhere, "{} inputs; at most {}", in, kMaxIn);
  require(
      std::ssize(weight) == out * in && std::ssize(scale) == out,
      kWhere,
      "{} weights and {} scales for {} x {}",
      weight.size(),
      scale.size(),
      out,
      in);
  require(
      std::memchr(weight.data(), 0x80, weight.size()) == nullptr,
      kWhere,
      "a weight is -128; quantize to -127 .. 127");
  data_ = AlignedBuffer<int8_t>(padded_out_ * padded_in_);
  scale_ = AlignedBuffer<float>(padded_out_);
  offset_ = AlignedBuffer<int32_t>(padded_out_);
  std::copy(scale.begin(), scale.end(), scale_.data());
  constexpr int64_t kGroup = 4; // inputs that are beside each other
  for (int64_t first = 0; first < out; first += kBlock) {
    int8_t* packed = data_.data() + first * padded_in_;
    const int64_t rows = std::min(kBlock, out - first);
    for (int64_t i = 0; i < in; i += kGroup) {
      const auto size = static_cast<size_t>(std::min(in - i, kGroup));
      for (int64_t r = 0; r < rows; ++r, packed += kGroup) {
        std::memcpy(packed, weight.data() + (first + r) * in + i, size);
      }
      packed += (kBlock - rows) * kGroup;
    }
  }
  for (int64_t o = 0; o < out; ++o) {
    const int8_t* row = weight.data() + o * in;
    offset_[o] = 128 * std::accumulate(row, row + in, 0);
  }
}

} // namespace nanobrain
