#include "nanobrain/tokenizer/lexical_segmenter.h"

#include <array>

namespace nanobrain {

namespace {

/// Tokens in the upper half, bytes left to byte ids in the lower one: sums
/// compare as the rule asks.
using Cost = uint64_t;
constexpr Cost kToken = Cost{1} << 32;
constexpr Cost kByteToken = kToken + 1;

} // namespace

TokenId LexicalSegmenter::find(std::string_view piece) const {
  TokenId id = piece.size() == 1 ? static_cast<uint8_t>(piece[0]) : -1;
  trie_.visit_prefixes(piece, [&](size_t size, TokenId found) {
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
    trie_.visit_prefixes(
        segment.substr(at, longest), [&](size_t size, TokenId) {
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
