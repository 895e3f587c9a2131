// The contents of a SentencePiece model file (sentencepiece_model.proto, a
// protocol buffer), as far as encoding and decoding need them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// SentencePiece writes a space inside a piece as U+2581.
inline constexpr std::string_view kSentencePieceSpace = "\xe2\x96\x81";

/// The numbers are those of the file.
enum class PieceType {
  normal = 1,
  unknown = 2, // <unk>
  control = 3, // end of text: no bytes, never made from text
  user_defined = 4,
  unused = 5,
  byte = 6, // <0x00> to <0xFF>
};

struct SentencePieceModel {
  struct Piece {
    std::string text; // as in the file, spaces as U+2581
    float score = 0;  // normal pieces: merges of higher score go first
    PieceType type = PieceType::normal;
    std::string bytes; // what the id stands for; empty for unknown and control
  };
  std::vector<Piece> pieces; // the index is the id
  TokenId end_of_text = -1;
};

/// Reads the bytes of a model file. Error if they are not a whole model, or
/// where the model would not give every text back byte for byte: it has to be
/// BPE with byte fallback, without normalisation, dummy prefix, removal of
/// spaces and user-defined pieces, as `nanobrain tokenizer train` makes it.
SentencePieceModel parse_sentencepiece_model(
    std::string_view bytes, std::string_view where);

} // namespace nanobrain
