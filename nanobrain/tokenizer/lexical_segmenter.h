// The best pieces for a segment, by dynamic programming.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/lexical_vocabulary.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Segments are made of spaces and the bytes of words (lexical_vocabulary.h).
/// Of all ways to split one into pieces it takes that of the fewest tokens; of
/// those, that with the fewest bytes left to byte ids (a single space is one);
/// of those, that whose lengths in bytes, leading spaces included, read from
/// left to right, are lexicographically greatest. A word is split together
/// with the spaces before it, so the rule also says whose the last space is: "
/// " and " cat" are those of "  cat" where only " cat" is learned, two spaces
/// and "cat" where both are.
class LexicalSegmenter {
 public:
  struct Entry {
    std::string_view bytes; // of kWordSymbols, not empty
    TokenId id = -1;
  };
  /// Runs of spaces and learned pieces of at most kMaxPieceBytes, all of
  /// different bytes. The ids of bytes are the bytes.
  explicit LexicalSegmenter(std::vector<Entry> pieces);

  /// Appends the ids of a segment; pieces longer than `longest` stay out. Time
  /// is linear in the segment, for pieces are bounded; memory is a byte a byte.
  void append(
      std::string_view segment,
      std::vector<TokenId>& ids,
      size_t longest = kMaxPieceBytes) const;

 private:
  /// Of a trie over the 64 bytes of segments: the children of a node are side
  /// by side and a bit for each byte says which are there.
  struct Node {
    uint64_t children = 0; // a bit for each symbol
    uint32_t first_child = 0;
    TokenId id = -1;
  };

  /// Calls visit(size, id) for each piece that `text` begins with, the shortest
  /// first.
  template <class Visit>
  void visit_prefixes(std::string_view text, const Visit& visit) const;
  /// -1 where there is none.
  TokenId find(std::string_view piece) const;

  std::vector<Node> nodes_;
};

} // namespace nanobrain
