// From the bytes of pieces to their ids: quick to fill, for a program that
// starts in milliseconds fills it again each time.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nanobrain/base/checksum.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// A hash table with linear probing that is never more than half full. It holds
/// ids alone: `bytes_of(id)` says what an id stands for, the same in all calls.
class PieceTable {
 public:
  /// For at most `count` pieces.
  explicit PieceTable(size_t count) : cells_(std::bit_ceil(2 * count + 1)) {}

  /// False where these bytes are there already: their id stays.
  template <class BytesOf>
  bool insert(std::string_view bytes, TokenId id, const BytesOf& bytes_of) {
    const uint64_t hash = hash64(bytes);
    Cell& cell = cells_[place(bytes, hash, bytes_of)];
    if (cell.id >= 0) return false;
    cell = {static_cast<uint32_t>(hash >> 32), id};
    return true;
  }

  /// -1 where there are none.
  template <class BytesOf>
  TokenId find(std::string_view bytes, const BytesOf& bytes_of) const {
    return cells_[place(bytes, hash64(bytes), bytes_of)].id;
  }

 private:
  struct Cell {
    uint32_t tag = 0; // upper half of the hash
    TokenId id = -1;
  };

  /// The cell of these bytes, or the empty one where they would go.
  template <class BytesOf>
  size_t place(
      std::string_view bytes, uint64_t hash, const BytesOf& bytes_of) const {
    const auto tag = static_cast<uint32_t>(hash >> 32);
    const size_t mask = cells_.size() - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
      const Cell& cell = cells_[i];
      if (cell.id < 0) return i;
      if (cell.tag == tag && bytes_of(cell.id) == bytes) return i;
    }
  }

  std::vector<Cell> cells_;
};

} // namespace nanobrain
