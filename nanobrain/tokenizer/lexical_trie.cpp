#include "nanobrain/tokenizer/lexical_trie.h"

#include <algorithm>

namespace nanobrain {

LexicalTrie::LexicalTrie(std::vector<Entry> entries) {
  std::ranges::sort(entries, {}, &Entry::bytes);
  // The entries below each node, which share its first `depth` bytes. Nodes
  // are finished in the order in which they were made: breadth first.
  struct Range {
    size_t begin;
    size_t end;
    size_t depth;
  };
  std::vector<Range> ranges = {{0, entries.size(), 0}};
  nodes_.emplace_back();
  for (size_t node = 0; node < nodes_.size(); ++node) {
    auto [begin, end, depth] = ranges[node];
    if (begin < end && depth > 0 && entries[begin].bytes.size() == depth) {
      nodes_[node].id = entries[begin++].id; // the shortest comes first
    }
    nodes_[node].first_child = static_cast<uint32_t>(nodes_.size());
    while (begin < end) {
      const char byte = entries[begin].bytes[depth];
      size_t next = begin + 1;
      while (next < end && entries[next].bytes[depth] == byte) ++next;
      nodes_[node].children |= uint64_t{1}
                               << kWordSymbols[static_cast<uint8_t>(byte)];
      nodes_.emplace_back();
      ranges.push_back({begin, next, depth + 1});
      begin = next;
    }
  }
}

} // namespace nanobrain
