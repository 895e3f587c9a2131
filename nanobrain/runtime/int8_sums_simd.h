// Sums (int8_rows_simd.h) in registers, for files that compile them for one
// instruction set. `Dot` is its dot product of bytes:
//
//   typedef ... Vector;       // kLanes of int32
//   typedef ... Activations;  // four of a row, for every lane
//   static constexpr int kLanes;
//   static constexpr int kTileRows, kTileBlocks;  // of sums held in registers
//   static constexpr int kRowBlocks;              // the same for one row
//   static Vector start(const int32_t* offset);   // of kLanes outputs
//   static Activations broadcast(const int8_t* four);
//   // sum + x . w, w four weights of each of kLanes outputs
//   static Vector add(Vector sum, Activations x, const int8_t* w);
//   static void store(int32_t* out, Vector sum);
#pragma once

#include "nanobrain/runtime/int8_rows_simd.h"

namespace nanobrain {
namespace {

/// Four activations as one number.
inline int32_t four_bytes(const int8_t* four) {
  int32_t bits;
  __builtin_memcpy(&bits, four, sizeof(bits));
  return bits;
}

template <class Dot>
class RegisterSums {
 public:
  RegisterSums(const QuantizedRows& x, const PackedView& w) : x_(x), w_(w) {}

  // By itself it has all registers: among what is done with the sums GCC would
  // keep them in memory.
  [[gnu::noinline]] const int32_t* operator()(
      int64_t row,
      int64_t rows,
      int64_t block,
      int64_t blocks,
      int32_t* acc) const {
    int64_t r = 0;
    for (; r + Dot::kTileRows <= rows; r += Dot::kTileRows) {
      strip<Dot::kTileRows, Dot::kTileBlocks>(
          row + r, block, blocks, acc + r * kChunk);
    }
    for (; r < rows; ++r) {
      strip<1, Dot::kRowBlocks>(row + r, block, blocks, acc + r * kChunk);
    }
    return acc;
  }

 private:
  template <int kRows, int kBlocks>
  void strip(int64_t row, int64_t block, int64_t blocks, int32_t* acc) const {
    int64_t b = 0;
    for (; b + kBlocks <= blocks; b += kBlocks) {
      tile<kRows, kBlocks>(row, block + b, acc + b * kBlock);
    }
    for (; b < blocks; ++b) tile<kRows, 1>(row, block + b, acc + b * kBlock);
  }

  template <int kRows, int kBlocks>
  void tile(int64_t row, int64_t block, int32_t* acc) const {
    constexpr int kVectors = kBlocks * kBlock / Dot::kLanes;
    constexpr int kPerBlock = kBlock / Dot::kLanes;
    const int8_t* x = x_.data + row * x_.ld;
    const int64_t block_bytes = kBlock * w_.padded_in;
    const int8_t* weights = w_.data + block * block_bytes;
    typename Dot::Vector sums[kRows][kVectors];
#pragma GCC unroll 32
    for (int v = 0; v < kVectors; ++v) {
      const auto start =
          Dot::start(w_.offset + block * kBlock + v * Dot::kLanes);
#pragma GCC unroll 32
      for (int r = 0; r < kRows; ++r) sums[r][v] = start;
    }
    for (int64_t i = 0; i < w_.padded_in; i += 4) {
#pragma GCC unroll 32
      for (int r = 0; r < kRows; ++r) {
        const auto four = Dot::broadcast(x + r * x_.ld + i);
#pragma GCC unroll 32
        for (int v = 0; v < kVectors; ++v) {
          sums[r][v] = Dot::add(
              sums[r][v],
              four,
              weights + v / kPerBlock * block_bytes + i * kBlock +
                  v % kPerBlock * Dot::kLanes * 4);
        }
      }
    }
#pragma GCC unroll 32
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 32
      for (int v = 0; v < kVectors; ++v) {
        Dot::store(acc + r * kChunk + v * Dot::kLanes, sums[r][v]);
      }
    }
  }

  const QuantizedRows& x_;
  const PackedView& w_;
};

} // namespace
} // namespace nanobrain
