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

/// Of kRows rows at once: both sides widened to 16 bits, weights as they are
/// loaded, so that 32 products cost two vpmaddwd and two additions.
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
    for (int64_t r = 0; r < whole; r += kRows) {
      for (int64_t i = 0; i < w_.padded_in; i += kPiece) {
        add_piece(row + r, i, block, blocks, acc + r * kChunk);
      }
    }
    if (whole < rows) {
      single_(row + whole, rows - whole, block, blocks, acc + whole * kChunk);
    }
    return acc;
  }

 private:
  static constexpr int64_t kRows = 4;
  static constexpr int64_t kPiece = 512; // inputs that are widened at once
  static constexpr int64_t kHalf = kBlock / 2;
  typedef int16_t Wide[kRows][kPiece];

  void add_piece(
      int64_t row,
      int64_t first,
      int64_t block,
      int64_t blocks,
      int32_t* acc) const {
    alignas(32) Wide x;
    const int64_t count = minimum(kPiece, w_.padded_in - first);
    for (int64_t r = 0; r < kRows; ++r) {
      const int8_t* in = x_.data + (row + r) * x_.ld + first;
      for (int64_t i = 0; i < count; i += 16) {
        _mm256_store_si256(
            reinterpret_cast<__m256i*>(x[r] + i), widened(in + i));
      }
    }
    const int8_t* w = w_.data + block * kBlock * w_.padded_in + first * kBlock;
    for (int64_t b = 0; b < blocks; ++b, w += kBlock * w_.padded_in) {
      for (int64_t half = 0; half < kBlock; half += kHalf) {
        add_tile(x, count, w + half * 4, first > 0, acc + b * kBlock + half);
      }
    }
  }

  static __m256i widened(const int8_t* sixteen) {
    return _mm256_cvtepi8_epi16(
        _mm_load_si128(reinterpret_cast<const __m128i*>(sixteen)));
  }

  /// kRows x 8 outputs. Each has two sums beside each other, of the first and
  /// the second two of four inputs.
  static void add_tile(
      const Wide& x, int64_t count, const int8_t* w, bool add, int32_t* acc) {
    __m256i low[kRows] = {}, high[kRows] = {}; // outputs 0 to 3, 4 to 7
    for (int64_t i = 0; i < count; i += 4, w += kBlock * 4) {
      const __m256i w_low = widened(w), w_high = widened(w + 16);
#pragma GCC unroll 4
      for (int64_t r = 0; r < kRows; ++r) {
        int64_t bits;
        __builtin_memcpy(&bits, x[r] + i, sizeof(bits));
        const __m256i four = _mm256_set1_epi64x(bits);
        low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(w_low, four));
        high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(w_high, four));
        // GCC 12 would copy each sum to another register in each step.
        asm("" : "+x"(low[r]), "+x"(high[r]));
      }
    }
    for (int64_t r = 0; r < kRows; ++r) {
      auto* out = reinterpret_cast<__m256i*>(acc + r * kChunk);
      // hadd leaves outputs 0 1 4 5 2 3 6 7.
      __m256i sums = _mm256_permute4x64_epi64(
          _mm256_hadd_epi32(low[r], high[r]), _MM_SHUFFLE(3, 1, 2, 0));
      if (add) sums = _mm256_add_epi32(sums, _mm256_load_si256(out));
      _mm256_store_si256(out, sums);
    }
  }

  const QuantizedRows& x_;
  const PackedView& w_;
  const RegisterSums<Avx2Dot> single_;
};

} // namespace

extern const Int8Kernels kAvx2Int8Kernels = int8_table<Avx2Sums>("avx2");

} // namespace nanobrain
