#include "nanobrain/tokenizer/lexical_segmenter.h"

#include <algorithm>
#include <array>
#include <bit>

namespace nanobrain {

namespace {

/// Tokens in the upper half, bytes left to byte ids in the lower one: sums
/// compare as the rule asks.
using Cost = uint64_t;
constexpr Cost kToken = Cost{1} << 32;
constexpr Cost kByteToken = kToken + 1;

} // namespace

LexicalSegmenter::LexicalSegmenter(std::vector<Entry> entries) {
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

template <class Visit>
void LexicalSegmenter::visit_prefixes(
    std::string_view text, const Visit& visit) const {
  const Node* node = nodes_.data();
  for (size_t size = 0; size < text.size();) {
    const int symbol = kWordSymbols[static_cast<uint8_t>(text[size])];
    if (symbol < 0) return;
    const uint64_t bit = uint64_t{1} << symbol;
    if ((node->children & bit) == 0) return;
    node = &nodes_
               [node->first_child +
                static_cast<size_t>(std::popcount(node->children & (bit - 1)))];
    ++size;
    if (node->id >= 0) visit(size, node->id);
  }
}

TokenId LexicalSegmenter::find(std::string_view piece) const {
  TokenId id = piece.size() == 1 ? static_cast<uint8_t>(piece[0]) : -1;
  visit_prefixes(piece, [&](size_t size, TokenId found) {
    if (size == piece.size()) id = found;
  });
  return id;
}

void LexicalSegmenter::append(
    std::string_view segment, std::vector<TokenId>& ids, size_t longest) const {
  if (segment.size() <= longest) {
    if (const TokenId id = find(segment); id >= 0) return ids.push_back(id);
  }
  // From the right: the least cost of the rest from each place, and the length
  // of the longest piece that begins it. Only the costs within reach are kept.
  constexpr size_t kReach = kMaxPieceBytes + 1;
  std::array<Cost, kReach> costs; // at the place modulo kReach
  std::vector<uint8_t> lengths(segment.size());
  costs[segment.size() % kReach] = 0;
  for (size_t at = segment.size(); at-- > 0;) {
    Cost best = kByteToken + costs[(at + 1) % kReach];
    size_t best_size = 1;
    visit_prefixes(segment.substr(at, longest), [&](size_t size, TokenId) {
      const Cost cost = kToken + costs[(at + size) % kReach];
      if (cost <= best) {
        best = cost;
        best_size = size;
      }
    });
    costs[at % kReach] = best;
    lengths[at] = static_cast<uint8_t>(best_size);
  }
  for (size_t at = 0; at < segment.size(); at += lengths[at]) {
    ids.push_back(find(segment.substr(at, lengths[at])));
  }
}

} // namespace nanobrain
