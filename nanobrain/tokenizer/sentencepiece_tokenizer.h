// SentencePiece models (BPE with byte fallback) as a Tokenizer.
#pragma once

#include <array>
#include <bitset>

#include "nanobrain/tokenizer/piece_table.h"
#include "nanobrain/tokenizer/segment_tokenizer.h"
#include "nanobrain/tokenizer/sentencepiece_model.h"

namespace nanobrain {

/// Gives the ids of SentencePiece's own Encode wherever that one is lossless.
/// Where it is not, texts stay plain: U+2581, which SentencePiece takes for a
/// space, becomes its three byte pieces, and so do characters of no piece.
/// Texts that spell <unk>, <0x41> or the end-of-text piece are text.
class SentencePieceTokenizer : public SegmentTokenizer {
 public:
  /// From the bytes of a model file, which `where` names in errors. Error if
  /// they are no model or not a lossless one.
  SentencePieceTokenizer(std::string model_bytes, std::string_view where);

  std::string kind() const override { return "sentencepiece"; }
  int64_t vocab_size() const override {
    return static_cast<int64_t>(model_.pieces.size());
  }
  TokenId end_of_text() const override { return model_.end_of_text; }
  std::string_view bytes_of(TokenId id) const override {
    return model_.pieces[index_of(id)].bytes;
  }
  std::string hash() const override { return hash_; }
  /// tokenizer.model, tokenizer.json and tokenizer_config.json.
  void save(const std::filesystem::path& directory) const override;

  const SentencePieceModel& model() const { return model_; }
  /// The bytes of the model file.
  const std::string& model_bytes() const { return model_bytes_; }

 protected:
  /// No piece contains the two bytes about a segment's end, so no merge crosses
  /// it. Segments of prose are words with their leading space, and punctuation.
  size_t segment_end(std::string_view text, size_t begin) const override;
  /// Byte pair encoding as SentencePiece applies it: neighbours are merged, the
  /// best-scored piece first, as long as their concatenation is a piece.
  /// Characters that are no piece become byte pieces. n log n in the length of
  /// the segment.
  void encode_segment(
      std::string_view segment, std::vector<TokenId>& ids) const override;

 private:
  /// The id of a normal piece, -1 where there is none.
  TokenId find(std::string_view bytes) const;

  std::string model_bytes_;
  SentencePieceModel model_;
  PieceTable ids_;                    // of the normal pieces
  std::array<TokenId, 256> byte_ids_; // of each byte
  std::bitset<65536> joined_;         // [first byte * 256 + second byte]
  std::string hash_;
};

} // namespace nanobrain
