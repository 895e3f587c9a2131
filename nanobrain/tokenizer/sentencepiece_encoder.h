// Byte pair encoding as SentencePiece applies it: neighbours are merged, the
// best-scored piece first, as long as their concatenation is a piece.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/piece_table.h"
#include "nanobrain/tokenizer/sentencepiece_model.h"

namespace nanobrain {

class SentencePieceEncoder {
 public:
  /// The model must outlive the encoder, where it is.
  explicit SentencePieceEncoder(const SentencePieceModel& model);

  /// The end of the segment of `text` that begins at `begin`. No piece
  /// contains the two bytes about a segment's end, so no merge crosses it:
  /// encoding segment by segment gives the ids of the whole text. Segments of
  /// prose are words with their leading space, and punctuation.
  size_t segment_end(std::string_view text, size_t begin) const;

  /// Appends the ids of a segment (valid UTF-8). Characters that are no piece
  /// become byte pieces. n log n in the length of the segment.
  void encode(std::string_view segment, std::vector<TokenId>& ids) const;

 private:
  /// The id of a normal piece, -1 where there is none.
  TokenId find(std::string_view bytes) const;

  const SentencePieceModel& model_;
  PieceTable ids_;                // of the normal pieces
  std::vector<TokenId> byte_ids_; // of each byte
  std::bitset<65536> joined_;     // [first byte * 256 + second byte]
};

} // namespace nanobrain
