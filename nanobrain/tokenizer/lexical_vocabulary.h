// How the lexical tokenizer splits a text (words of ASCII letters, digits and
// underscores with the spaces before them, and single bytes), its pieces and
// their file, tokenizer.lexical.json.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nanobrain {

/// Words are [A-Za-z0-9_]+.
constexpr bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

/// The segment that begins at `begin` (< text.size()): spaces and the word
/// after them, spaces alone, a word alone, or one byte of any other kind. No
/// token reaches over a segment's end. Its end.
inline size_t lexical_segment_end(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && text[end] == ' ') ++end;
  while (end < text.size() && is_word_byte(text[end])) ++end;
  return end > begin ? end : begin + 1;
}

/// The 64 bytes that segments of more than one byte are made of, in the order
/// of the bytes: their number, -1 for the others.
constexpr std::array<int8_t, 256> kWordSymbols = [] {
  std::array<int8_t, 256> symbols = {};
  int8_t next = 0;
  for (size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    symbols[byte] = c == ' ' || is_word_byte(c) ? next++ : int8_t{-1};
  }
  return symbols;
}();

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
