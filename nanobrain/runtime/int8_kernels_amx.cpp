// The int8 kernels, compiled for AMX: 16 rows a tile; few rows as AVX-512 VNNI
// takes them.
#include <immintrin.h>

#include "nanobrain/runtime/int8_avx512_vnni_dot.h"

namespace nanobrain {
namespace {

constexpr int64_t kTileRows = 16;
constexpr int64_t kTileBytes = 64; // a row; so many inputs
constexpr int64_t kFewRows = 4;    // fewer are faster without tiles
constexpr int64_t kUnit = 4;       // blocks, a tile each
// Blocks whose weights stay in the second level cache while every row meets
// them; rows of y are in pages of their own.
constexpr int64_t kTileStrip = 256;

/// Tiles 0-3 hold sums, 4 activations, 5-7 weights (5 activations of a second
/// tile of rows, where the first is full), as ldtilecfg takes it.
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

/// Tiles for so many rows; none for 0.
class Tiles {
 public:
  explicit Tiles(int64_t rows) : rows_(rows) {
    if (rows_ == 0) return;
    const TileConfig config(rows_);
    // GCC's intrinsic names but the first bytes as read.
    __asm__ volatile("" : : "r"(&config) : "memory");
    _tile_loadconfig(&config);
  }
  ~Tiles() {
    if (rows_ > 0) _tile_release();
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

 private:
  int64_t rows_;
};

/// Sums of a tile of rows over kUnit blocks, in tiles 0-3.
inline void multiply_unit(
    const QuantizedRows& x,
    const int8_t* rows,
    const PackedView& w,
    int64_t b) {
  const int64_t block_bytes = kBlock * w.padded_in;
  const int8_t* weights = w.data + b * block_bytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t i = 0; i < w.padded_in; i += kTileBytes) {
    const int8_t* tile = weights + i * kBlock;
    _tile_loadd(4, rows + i, x.ld);
    _tile_loadd(5, tile, kTileBytes);
    _tile_loadd(6, tile + block_bytes, kTileBytes);
    _tile_loadd(7, tile + 2 * block_bytes, kTileBytes);
    _tile_dpbssd(0, 4, 5);
    _tile_loadd(5, tile + 3 * block_bytes, kTileBytes);
    _tile_dpbssd(1, 4, 6);
    _tile_dpbssd(2, 4, 7);
    _tile_dpbssd(3, 4, 5);
  }
}

class TileSums {
 public:
  TileSums(const QuantizedRows& x, const PackedView& w)
      : x_(x),
        w_(w),
        few_(x, w),
        tile_rows_(minimum(kTileRows, x.rows)),
        tiles_(x.rows < kFewRows ? 0 : tile_rows_) {}

  const int32_t* operator()(
      int64_t row,
      int64_t rows,
      int64_t block,
      int64_t blocks,
      int32_t* acc) const {
    if (x_.rows < kFewRows) return few_(row, rows, block, blocks, acc);
    // The last rows come with some before them, for the tile is full.
    const int64_t before = rows < tile_rows_ ? tile_rows_ - rows : 0;
    const int8_t* x = x_.data + (row - before) * x_.ld;
    int64_t b = 0;
    if (rows == 2 * kTileRows) {
      for (; b + 2 <= blocks; b += 2) {
        two_by_two(x, block + b, acc + b * kBlock);
      }
    }
    for (; b < blocks; ++b) {
      one_block(x, block + b, acc + b * kBlock);
      if (rows > kTileRows) {
        const int64_t last = rows - kTileRows;
        one_block(
            x + last * x_.ld, block + b, acc + last * kChunk + b * kBlock);
      }
    }
    return acc + before * kChunk;
  }

 private:
  static constexpr int64_t kAccBytes = kChunk * sizeof(int32_t);

  /// Two tiles of rows and two blocks.
  void two_by_two(const int8_t* x, int64_t block, int32_t* acc) const {
    const int64_t block_bytes = kBlock * w_.padded_in;
    const int8_t* weights = w_.data + block * block_bytes;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int64_t i = 0; i < w_.padded_in; i += kTileBytes) {
      _tile_loadd(4, x + i, x_.ld);
      _tile_loadd(5, x + kTileRows * x_.ld + i, x_.ld);
      _tile_loadd(6, weights + i * kBlock, kTileBytes);
      _tile_loadd(7, weights + block_bytes + i * kBlock, kTileBytes);
      _tile_dpbssd(0, 4, 6);
      _tile_dpbssd(1, 4, 7);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
    }
    _tile_stored(0, acc, kAccBytes);
    _tile_stored(1, acc + kBlock, kAccBytes);
    _tile_stored(2, acc + kTileRows * kChunk, kAccBytes);
    _tile_stored(3, acc + kTileRows * kChunk + kBlock, kAccBytes);
  }

  void one_block(const int8_t* x, int64_t block, int32_t* acc) const {
    const int8_t* weights = w_.data + block * kBlock * w_.padded_in;
    _tile_zero(0);
    for (int64_t i = 0; i < w_.padded_in; i += kTileBytes) {
      _tile_loadd(4, x + i, x_.ld);
      _tile_loadd(6, weights + i * kBlock, kTileBytes);
      _tile_dpbssd(0, 4, 6);
    }
    _tile_stored(0, acc, kAccBytes);
  }

  const QuantizedRows& x_;
  const PackedView& w_;
  RegisterSums<Avx512VnniDot> few_;
  int64_t tile_rows_;
  Tiles tiles_;
};

/// The sums of a unit on their way to y: tile k to `acc[k]`.
struct UnitSums {
  alignas(64) int32_t acc[kUnit][kTileRows * kBlock];
};

/// Where a unit's sums go.
struct UnitOutput {
  const float* x_scale; // (rows)
  const float* w_scale; // (kUnit * kBlock)
  float* y;
  int64_t ld;
  int64_t rows;
  int64_t before; // rows of the tile that are not needed

  void write(const UnitSums& sums, int64_t k) const {
    const int32_t* acc = sums.acc[k] + before * kBlock;
    float* out = y + k * kBlock;
    for (int64_t r = 0; r < rows; ++r, acc += kBlock, out += ld) {
      store_width(out, scaled(acc, x_scale[r], w_scale + k * kBlock));
      __builtin_prefetch(out + kUnit * kBlock, 1); // the next unit's
    }
  }
};

/// Whole units of blocks [first, last) of a tile of rows. A unit's sums become
/// floats between the stores of the next one's tiles: to load what has just
/// been stored would wait for it.
inline void multiply_tile_rows(
    const QuantizedRows& x,
    int64_t row,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* y,
    int64_t ld_y) {
  const int64_t tile_rows = minimum(kTileRows, x.rows);
  UnitOutput out{
      .x_scale = x.scale + row,
      .w_scale = w.scale + first * kBlock,
      .y = y,
      .ld = ld_y,
      .rows = minimum(kTileRows, x.rows - row),
      .before = 0};
  out.before = tile_rows - out.rows;
  const int8_t* rows = x.data + (row - out.before) * x.ld;
  UnitSums buffers[2];
  constexpr int64_t kBytes = kBlock * sizeof(int32_t);
  multiply_unit(x, rows, w, first);
  _tile_stored(0, buffers[0].acc[0], kBytes);
  _tile_stored(1, buffers[0].acc[1], kBytes);
  _tile_stored(2, buffers[0].acc[2], kBytes);
  _tile_stored(3, buffers[0].acc[3], kBytes);
  int now = 0;
  for (int64_t b = first + kUnit; b < last; b += kUnit) {
    multiply_unit(x, rows, w, b);
    const UnitSums& sums = buffers[now];
    now = 1 - now;
    out.write(sums, 0);
    _tile_stored(0, buffers[now].acc[0], kBytes);
    out.write(sums, 1);
    _tile_stored(1, buffers[now].acc[1], kBytes);
    out.write(sums, 2);
    _tile_stored(2, buffers[now].acc[2], kBytes);
    out.write(sums, 3);
    _tile_stored(3, buffers[now].acc[3], kBytes);
    out.y += kUnit * kBlock;
    out.w_scale += kUnit * kBlock;
  }
  for (int64_t k = 0; k < kUnit; ++k) out.write(buffers[now], k);
}

void multiply_tiles(
    const QuantizedRows& x,
    const PackedView& w,
    int64_t first,
    int64_t last,
    float* y,
    int64_t ld_y) {
  int64_t whole = first; // units of columns that all exist
  if (x.rows >= kFewRows) {
    const Tiles tiles(minimum(kTileRows, x.rows));
    const int64_t units = (minimum(last, w.out / kBlock) - first) / kUnit;
    whole += (units > 0 ? units : 0) * kUnit;
    for (int64_t strip = first; strip < whole; strip += kTileStrip) {
      const int64_t strip_end = minimum(strip + kTileStrip, whole);
      for (int64_t row = 0; row < x.rows; row += kTileRows) {
        multiply_tile_rows(
            x,
            row,
            w,
            strip,
            strip_end,
            y + row * ld_y + (strip - first) * kBlock,
            ld_y);
      }
    }
  }
  if (whole == last) return;
  multiply<TileSums>(x, w, whole, last, y + (whole - first) * kBlock, ld_y);
}

constexpr Int8Kernels amx_table() {
  Int8Kernels table = int8_table<TileSums>("amx");
  table.multiply = multiply_tiles;
  return table;
}

} // namespace

extern const Int8Kernels kAmxInt8Kernels = amx_table();

} // namespace nanobrain
