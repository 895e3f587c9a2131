// All pieces that begin at a place of a text, in one walk.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/lexical_bytes.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// A trie over the 64 bytes of segments: the children of a node lie side by
/// side and a bit for each byte says which are there (16 bytes a node).
class LexicalTrie {
 public:
  struct Entry {
    std::string_view bytes; // of kWordSymbols, not empty
    TokenId id = -1;
  };
  /// Entries of different bytes.
  explicit LexicalTrie(std::vector<Entry> entries);

  /// Calls visit(size, id) for each entry that `text` begins with, the
  /// shortest first.
  template <class Visit>
  void visit_prefixes(std::string_view text, const Visit& visit) const {
    const Node* node = nodes_.data();
    for (size_t size = 0; size < text.size();) {
      const int symbol = kWordSymbols[static_cast<uint8_t>(text[size])];
      if (symbol < 0) return;
      const uint64_t bit = uint64_t{1} << symbol;
      if ((node->children & bit) == 0) return;
      node =
          &nodes_
              [node->first_child +
               static_cast<size_t>(std::popcount(node->children & (bit - 1)))];
      ++size;
      if (node->id >= 0) visit(size, node->id);
    }
  }

 private:
  struct Node {
    uint64_t children = 0; // a bit for each symbol
    uint32_t first_child = 0;
    TokenId id = -1;
  };

  std::vector<Node> nodes_;
};

} // namespace nanobrain
