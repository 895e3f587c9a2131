// The int8 kernels, compiled for AVX2.
#include <immintrin.h>

#include "nanobrain/runtime/int8_sums_simd.h"

namespace nanobrain {
namespace {

/// For single rows, whose weights are read but once. vpmaddubsw multiplies
/// unsigned by signed bytes: the activations' magnitudes by the weights with
/// the activations' signs. Pairs of products are at most 2 * 127 * 127 =
/// 32,258: nothing saturates in 16 bits.
struct Avx2Dot {
  typedef __m256i Vector;
  struct Activations {
    __m256i values;
    __m256i magnitudes;
  };
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 1;
  static constexpr int kTileBlocks = 4;
  static constexpr int kRowBlocks = 4;

  static __m256i start(const int32_t*) { return _mm256_setzero_si256(); }
  static Activations broadcast(const int8_t* four) {
    const __m256i values = _mm256_set1_epi32(four_bytes(four));
    return {values, _mm256_abs_epi8(values)};
  }
  static __m256i add(__m256i sum, Activations x, const int8_t* w) {
    const __m256i weights =
        _mm256_load_si256(reinterpret_cast<const __m256i*>(w));
    const __m256i pairs =
        _mm256_maddubs_epi16(x.magnitudes, _mm256_sign_epi8(weights, x.values));
    return _mm256_add_epi32(
        sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  static void store(int32_t* out, __m256i sum) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), sum);
  }
};

/// Of four rows or more: both sides widened to 16 bits once for kGroup rows, so
/// that 16 products cost a vpmaddwd and an addition. Four inputs of a row or of
/// an output are two pairs, of the even and of the odd ones.
class Avx2Sums {
 public:
  Avx2Sums(const QuantizedRows& x, const PackedView& w)
      : x_(x), w_(w), single_(x, w) {}

  const int32_t* operator()(
      int64_t row,
      int64_t rows,
      int64_t block,
      int64_t blocks,
      int32_t* acc) const {
    const int64_t whole = rows / kRows * kRows;
    for (int64_t i = 0; whole > 0 && i < w_.padded_in; i += kPiece) {
      add_piece(row, whole, i, block, blocks, acc);
    }
    if (whole < rows) {
      single_(row + whole, rows - whole, block, blocks, acc + whole * kChunk);
    }
    return acc;
  }

 private:
  static constexpr int64_t kRows = 4;
  static constexpr int64_t kPiece = 256; // inputs that are widened at once

  // By itself it has all registers: among the exponentials that follow GCC
  // would keep the sums in memory.
  [[gnu::noinline]] void add_piece(
      int64_t row,
      int64_t rows,
      int64_t first,
      int64_t block,
      int64_t blocks,
      int32_t* acc) const {
    alignas(32) int16_t x[kGroup][kPiece];  // (row, four inputs, parity, 2)
    alignas(32) int16_t w[kPiece * kBlock]; // (four inputs, parity, output, 2)
    const int64_t count = minimum(kPiece, w_.padded_in - first);
    for (int64_t r = 0; r < rows; ++r) {
      const int8_t* in = x_.data + (row + r) * x_.ld + first;
      for (int64_t i = 0; i < count; i += 16) {
        // Bytes 0 2 1 3 of each four.
        const __m128i order =
            _mm_set_epi8(15, 13, 14, 12, 11, 9, 10, 8, 7, 5, 6, 4, 3, 1, 2, 0);
        const __m128i bytes = _mm_shuffle_epi8(
            _mm_load_si128(reinterpret_cast<const __m128i*>(in + i)), order);
        _mm256_store_si256(
            reinterpret_cast<__m256i*>(x[r] + i), _mm256_cvtepi8_epi16(bytes));
      }
    }
    for (int64_t b = 0; b < blocks; ++b) {
      const int8_t* in =
          w_.data + ((block + b) * w_.padded_in + first) * kBlock;
      auto* out = reinterpret_cast<__m256i*>(w);
      for (int64_t i = 0; i < count; i += 4, out += 4) {
        for (int64_t half = 0; half < 2; ++half, in += 32) {
          const __m256i bytes =
              _mm256_load_si256(reinterpret_cast<const __m256i*>(in));
          out[half] = _mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8);
          out[2 + half] = _mm256_srai_epi16(bytes, 8);
        }
      }
      for (int64_t r = 0; r < rows; r += kRows) {
        add_tile(x + r, count, w, first > 0, acc + r * kChunk + b * kBlock);
      }
    }
  }

  /// sum += x. From the intrinsic GCC 12 makes copies in each step.
  static void add_to(__m256i& sum, __m256i x) {
    asm("vpaddd %1, %0, %0" : "+x"(sum) : "x"(x));
  }

  /// kRows x kBlock outputs.
  static void add_tile(
      const int16_t (*x)[kPiece],
      int64_t count,
      const int16_t* w,
      bool add,
      int32_t* acc) {
    __m256i low[kRows] = {}, high[kRows] = {}; // outputs 0 to 7, 8 to 15
    const auto* weights = reinterpret_cast<const __m256i*>(w);
    for (int64_t i = 0; i < count; i += 2, weights += 2) {
#pragma GCC unroll 4
      for (int64_t r = 0; r < kRows; ++r) {
        int32_t bits;
        __builtin_memcpy(&bits, x[r] + i, sizeof(bits));
        const __m256i pair = _mm256_set1_epi32(bits);
        add_to(low[r], _mm256_madd_epi16(weights[0], pair));
        add_to(high[r], _mm256_madd_epi16(weights[1], pair));
      }
    }
    for (int64_t r = 0; r < kRows; ++r) {
      auto* out = reinterpret_cast<__m256i*>(acc + r * kChunk);
      if (add) {
        low[r] = _mm256_add_epi32(low[r], _mm256_load_si256(out));
        high[r] = _mm256_add_epi32(high[r], _mm256_load_si256(out + 1));
      }
      _mm256_store_si256(out, low[r]);
      _mm256_store_si256(out + 1, high[r]);
    }
  }

  const QuantizedRows& x_;
  const PackedView& w_;
  const RegisterSums<Avx2Dot> single_;
};

} // namespace

extern const Int8Kernels kAvx2Int8Kernels = int8_table<Avx2Sums>("avx2");

} // namespace nanobrain
