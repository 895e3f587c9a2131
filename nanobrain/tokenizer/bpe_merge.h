// The merging of byte pair encoding (Sennrich, Haddow, Birch 2016), for any
// rule of which neighbours merge and which of them go first.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Part of a segment that is one piece so far; a list linked by indices.
struct BpeSymbol {
  uint32_t begin;   // in bytes
  uint32_t size;    // 0: merged into the symbol on its left
  TokenId id;       // -1: no piece of its own
  int32_t previous; // -1: none
  int32_t next;
};

/// What becomes of two neighbours.
struct BpeMerge {
  TokenId id = -1;  // -1: they do not merge
  int32_t rank = 0; // the lowest goes first, the leftmost among equals
};

/// Merges one segment after another: keeping it spares the allocations.
class BpeMerger {
 public:
  /// Adds the next symbol of the segment, of `size` > 0 bytes.
  void add(uint32_t size, TokenId id) {
    const auto index = static_cast<int32_t>(symbols_.size());
    const uint32_t begin =
        index == 0 ? 0 : symbols_.back().begin + symbols_.back().size;
    if (index > 0) symbols_.back().next = index;
    symbols_.push_back({begin, size, id, index - 1, -1});
  }

  /// Merges as long as `lookup(left, right)`, a BpeMerge of two neighbouring
  /// symbols, lets any; calls `emit(symbol)` for those that remain, in order;
  /// is empty then. n log n in the number of symbols.
  template <class Lookup, class Emit>
  void merge(const Lookup& lookup, const Emit& emit) {
    if (symbols_.size() <= kShort) {
      merge_short(lookup);
    } else {
      merge_long(lookup);
    }
    for (const auto& symbol : symbols_) {
      if (symbol.size > 0) emit(symbol);
    }
    clear();
  }

 private:
  static constexpr size_t kShort = 32;

  /// Two neighbours that may merge, named by the right one.
  struct Candidate {
    int32_t rank;
    int32_t right;
    TokenId id;
    uint32_t size; // of both together when the candidate was found

    /// The queue's order: the higher rank is the worse, then the later place.
    bool operator<(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : right > other.right;
    }
  };

  /// Words: the best of all neighbours is looked for again after each merge.
  template <class Lookup>
  void merge_short(const Lookup& lookup) {
    constexpr int32_t kNone = std::numeric_limits<int32_t>::max();
    std::array<BpeMerge, kShort> merges; // of each symbol with the next
    const auto consider = [&](size_t left) {
      merges[left] = lookup(symbols_[left], symbols_[left + 1]);
      if (merges[left].id < 0) merges[left].rank = kNone;
    };
    for (size_t i = 1; i < symbols_.size(); ++i) consider(i - 1);
    while (symbols_.size() > 1) {
      const auto last = merges.begin() + (symbols_.size() - 1);
      const auto best = std::min_element(
          merges.begin(), last, [](const BpeMerge& a, const BpeMerge& b) {
            return a.rank < b.rank;
          });
      if (best->id < 0) break;
      const auto left = static_cast<size_t>(best - merges.begin());
      symbols_[left].size += symbols_[left + 1].size;
      symbols_[left].id = best->id;
      symbols_.erase(symbols_.begin() + left + 1);
      std::copy(best + 1, last, best);
      if (left > 0) consider(left - 1);
      if (left + 1 < symbols_.size()) consider(left);
    }
  }

  /// Long segments: a queue of neighbours. n log n.
  template <class Lookup>
  void merge_long(const Lookup& lookup) {
    const auto consider = [&](int32_t right) {
      if (right < 0 || symbols_[right].previous < 0) return;
      const BpeSymbol& left = symbols_[symbols_[right].previous];
      const BpeMerge merge = lookup(left, symbols_[right]);
      if (merge.id < 0) return;
      queue_.push_back(
          {merge.rank, right, merge.id, left.size + symbols_[right].size});
      std::push_heap(queue_.begin(), queue_.end());
    };
    for (size_t right = 1; right < symbols_.size(); ++right) {
      consider(static_cast<int32_t>(right));
    }
    while (!queue_.empty()) {
      std::pop_heap(queue_.begin(), queue_.end());
      const Candidate best = queue_.back();
      queue_.pop_back();
      BpeSymbol& right = symbols_[best.right];
      if (right.size == 0) continue;
      const int32_t left_index = right.previous;
      BpeSymbol& left = symbols_[left_index];
      // Outdated where one of the two has grown since.
      if (left.size + right.size != best.size) continue;
      left.size = best.size;
      left.id = best.id;
      left.next = right.next;
      right.size = 0;
      if (left.next >= 0) symbols_[left.next].previous = left_index;
      consider(left_index);
      consider(left.next);
    }
  }

  void clear() {
    constexpr size_t kKeptSymbols = 1 << 16; // more are given back
    if (symbols_.size() > kKeptSymbols) {
      symbols_ = {};
      queue_ = {};
    }
    symbols_.clear();
  }

  std::vector<BpeSymbol> symbols_;
  std::vector<Candidate> queue_; // a heap
};

} // namespace nanobrain
