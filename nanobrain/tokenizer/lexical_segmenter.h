// The best pieces for a segment, by dynamic programming.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "nanobrain/tokenizer/lexical_trie.h"
#include "nanobrain/tokenizer/lexical_vocabulary.h"

namespace nanobrain {

/// Segments are made of spaces and the bytes of words (lexical_bytes.h). Of all
/// ways to part one into pieces it takes that of the fewest tokens; of those,
/// that with the fewest bytes left to byte ids (a single space is one); of
/// those, that whose lengths in bytes, leading spaces included, read from left
/// to right, are lexicographically greatest. A word is parted together with the
/// spaces before it, so the rule also says whose the last space is: " " and
/// " cat" are those of "  cat" where only " cat" is learned, two spaces and
/// "cat" where both are.
class LexicalSegmenter {
 public:
  using Entry = LexicalTrie::Entry;

  /// Runs of spaces and learned pieces of at most kMaxPieceBytes. The ids of
  /// bytes are the bytes.
  explicit LexicalSegmenter(std::vector<Entry> pieces)
      : trie_(std::move(pieces)) {}

  /// Appends the ids of a segment; pieces longer than `longest` stay out. Time
  /// is linear in the segment, for pieces are bounded; memory is a byte a byte.
  void append(
      std::string_view segment,
      std::vector<TokenId>& ids,
      size_t longest = kMaxPieceBytes) const;

 private:
  /// -1 where there is none.
  TokenId find(std::string_view piece) const;

  LexicalTrie trie_;
};

} // namespace nanobrain
