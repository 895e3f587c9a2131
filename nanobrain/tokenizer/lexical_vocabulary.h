// The pieces of a lexical tokenizer and their file, tokenizer.lexical.json.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nanobrain {

/// In the order of their ids.
enum class LexicalKind { byte, punct, ws_run, learned, control };

struct LexicalPiece {
  LexicalKind kind = LexicalKind::byte;
  std::string bytes; // with the leading space, where there is one

  bool operator==(const LexicalPiece&) const = default;
};

/// An index is an id. Blocks follow each other:
/// BYTE     ids 0 to 255, each its own byte
/// PUNCT    one byte that is neither a space nor part of words
/// WS_RUN   two or more spaces
/// LEARNED  words and parts of words with or without a leading space; those of
///          other bytes stand in no segmentation and are only decoded
/// CONTROL  no bytes: the end of text; one, or none
using LexicalVocabulary = std::vector<LexicalPiece>;

/// Pieces are at most this long.
constexpr size_t kMaxPieceBytes = 255;

/// Byte, punctuation and whitespace pieces as training gives them: ids 0 to
/// 293, runs of 2 to 8 spaces last.
LexicalVocabulary lexical_base_pieces();
constexpr size_t kLexicalBasePieces = 256 + 31 + 7;
constexpr size_t kLongestSpaceRun = 8;

/// Reads a JSON list of {"id", "kind", "bytes_hex", "space_prefix"} in any
/// order; bytes_hex goes without the leading space that space_prefix stands
/// for. An Error names `where` and the entry: what is no such list, ids missing
/// or twice, the same bytes twice, bytes that do not fit the kind, blocks out
/// of order.
LexicalVocabulary parse_lexical_vocabulary(
    std::string_view json, std::string_view where);

/// Such a list in the order of the ids, an entry a line.
std::string format_lexical_vocabulary(const LexicalVocabulary& vocabulary);

} // namespace nanobrain
