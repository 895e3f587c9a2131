// The int8 kernels, compiled for AMX: 16 rows a tile; few rows as AVX-512 VNNI
// takes them.
#include <immintrin.h>

#include "nanobrain/runtime/int8_avx512_vnni_dot.h"

namespace nanobrain {
namespace {

constexpr int64_t kTileRows = 16;
constexpr int64_t kTileBytes = 64; // a row; so many inputs
constexpr int64_t kFewRows = 4;    // fewer are faster without tiles

/// Tiles 0-3 hold sums, 4 activations, 5-7 weights, as ldtilecfg takes it.
struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t bytes[16] = {};
  uint8_t rows[16] = {};

  explicit TileConfig(int64_t activation_rows) {
    for (int tile = 0; tile < 8; ++tile) {
      bytes[tile] = kTileBytes;
      rows[tile] = static_cast<uint8_t>(tile < 5 ? activation_rows : kTileRows);
    }
  }
};

class TileSums {
 public:
  TileSums(const QuantizedRows& x, const PackedView& w)
      : x_(x), w_(w), few_(x, w), tile_rows_(minimum(kTileRows, x.rows)) {
    if (x_.rows < kFewRows) return;
    const TileConfig config(tile_rows_);
    // GCC's intrinsic names but the first bytes as read.
    __asm__ volatile("" : : "r"(&config) : "memory");
    _tile_loadconfig(&config);
  }
  ~TileSums() {
    if (x_.rows >= kFewRows) _tile_release();
  }
  TileSums(const TileSums&) = delete;
  TileSums& operator=(const TileSums&) = delete;

  const int32_t* operator()(
      int64_t row,
      int64_t rows,
      int64_t block,
      int64_t blocks,
      int32_t* acc) const {
    if (x_.rows < kFewRows) return few_(row, rows, block, blocks, acc);
    // The last rows come with some before them, for the tile is full.
    const int64_t before = tile_rows_ - rows;
    const int8_t* x = x_.data + (row - before) * x_.ld;
    int64_t b = 0;
    for (; b + 4 <= blocks; b += 4) {
      four_blocks(x, block + b, acc + b * kBlock);
    }
    for (; b < blocks; ++b) one_block(x, block + b, acc + b * kBlock);
    return acc + before * kChunk;
  }

 private:
  void four_blocks(const int8_t* x, int64_t block, int32_t* acc) const {
    const int64_t block_bytes = kBlock * w_.padded_in;
    const int8_t* weights = w_.data + block * block_bytes;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int64_t i = 0; i < w_.padded_in; i += kTileBytes) {
      const int8_t* tile = weights + i * kBlock;
      _tile_loadd(4, x + i, x_.ld);
      _tile_loadd(5, tile, kTileBytes);
      _tile_loadd(6, tile + block_bytes, kTileBytes);
      _tile_loadd(7, tile + 2 * block_bytes, kTileBytes);
      _tile_dpbssd(0, 4, 5);
      _tile_loadd(5, tile + 3 * block_bytes, kTileBytes);
      _tile_dpbssd(1, 4, 6);
      _tile_dpbssd(2, 4, 7);
      _tile_dpbssd(3, 4, 5);
    }
    constexpr int64_t kAccBytes = kChunk * sizeof(int32_t);
    _tile_stored(0, acc, kAccBytes);
    _tile_stored(1, acc + kBlock, kAccBytes);
    _tile_stored(2, acc + 2 * kBlock, kAccBytes);
    _tile_stored(3, acc + 3 * kBlock, kAccBytes);
  }

  void one_block(const int8_t* x, int64_t block, int32_t* acc) const {
    const int8_t* weights = w_.data + block * kBlock * w_.padded_in;
    _tile_zero(0);
    for (int64_t i = 0; i < w_.padded_in; i += kTileBytes) {
      _tile_loadd(4, x + i, x_.ld);
      _tile_loadd(5, weights + i * kBlock, kTileBytes);
      _tile_dpbssd(0, 4, 5);
    }
    _tile_stored(0, acc, kChunk * sizeof(int32_t));
  }

  const QuantizedRows& x_;
  const PackedView& w_;
  RegisterSums<Avx512VnniDot> few_;
  int64_t tile_rows_;
};

} // namespace

extern const Int8Kernels kAmxInt8Kernels = int8_table<TileSums>("amx");

} // namespace nanobrain
