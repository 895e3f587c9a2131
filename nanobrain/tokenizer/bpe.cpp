#include "nanobrain/tokenizer/bpe.h"

#include <algorithm>

namespace nanobrain {

namespace {

/// Part of a segment that is one piece so far; a list linked by indices.
struct Symbol {
  uint32_t begin;   // in bytes
  uint32_t size;    // 0: merged into the symbol on its left
  int32_t previous; // -1: none
  int32_t next;
};

/// Two neighbours whose concatenation is a piece.
struct Candidate {
  float score;
  int32_t left;
  int32_t right;
  uint32_t size; // of both together when the candidate was found

  /// The queue's order: the lower score is the worse, then the later place.
  bool operator<(const Candidate& other) const {
    return score != other.score ? score < other.score : left > other.left;
  }
};

size_t character_size(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// The index of two neighbouring bytes.
size_t pair(char first, char second) {
  return static_cast<uint8_t>(first) * 256u + static_cast<uint8_t>(second);
}

/// A longer segment's working memory is given back after it.
constexpr size_t kKeptBytes = 1 << 16;

} // namespace

BpeEncoder::BpeEncoder(const SentencePieceModel& model) : byte_ids_(256, -1) {
  ids_.reserve(model.pieces.size());
  scores_.reserve(model.pieces.size());
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const auto& piece = model.pieces[id];
    scores_.push_back(piece.score);
    if (piece.type == PieceType::byte) {
      byte_ids_[static_cast<uint8_t>(piece.bytes[0])] =
          static_cast<TokenId>(id);
    } else if (piece.type == PieceType::normal) {
      ids_.emplace(piece.bytes, static_cast<TokenId>(id));
      for (size_t i = 1; i < piece.bytes.size(); ++i) {
        joined_.set(pair(piece.bytes[i - 1], piece.bytes[i]));
      }
    }
  }
  // The bytes of a character stay together.
  for (unsigned first = 0x80; first < 256; ++first) {
    for (unsigned second = 0x80; second < 0xc0; ++second) {
      joined_.set(first * 256 + second);
    }
  }
}

size_t BpeEncoder::segment_end(std::string_view text, size_t begin) const {
  size_t end = begin + 1;
  while (end < text.size() && joined_[pair(text[end - 1], text[end])]) {
    ++end;
  }
  return end;
}

TokenId BpeEncoder::find(std::string_view bytes) const {
  const auto found = ids_.find(bytes);
  return found == ids_.end() ? -1 : found->second;
}

void BpeEncoder::encode(
    std::string_view segment, std::vector<TokenId>& ids) const {
  // Kept between calls: a word costs no allocation.
  thread_local std::vector<Symbol> symbols;
  thread_local std::vector<Candidate> queue;
  symbols.clear();
  queue.clear();

  for (size_t begin = 0; begin < segment.size();) {
    const size_t size = character_size(segment[begin]);
    const auto index = static_cast<int32_t>(symbols.size());
    symbols.push_back(
        {static_cast<uint32_t>(begin),
         static_cast<uint32_t>(size),
         index - 1,
         begin + size < segment.size() ? index + 1 : -1});
    begin += size;
  }

  const auto consider = [&](int32_t left, int32_t right) {
    if (left < 0 || right < 0) return;
    const uint32_t size = symbols[left].size + symbols[right].size;
    const TokenId id = find(segment.substr(symbols[left].begin, size));
    if (id < 0) return;
    queue.push_back({scores_[id], left, right, size});
    std::push_heap(queue.begin(), queue.end());
  };
  for (size_t i = 1; i < symbols.size(); ++i) {
    consider(static_cast<int32_t>(i - 1), static_cast<int32_t>(i));
  }

  while (!queue.empty()) {
    std::pop_heap(queue.begin(), queue.end());
    const Candidate best = queue.back();
    queue.pop_back();
    Symbol& left = symbols[best.left];
    Symbol& right = symbols[best.right];
    // Outdated where one of the two has been merged since.
    if (left.size == 0 || right.size == 0 ||
        left.size + right.size != best.size) {
      continue;
    }
    left.size = best.size;
    right.size = 0;
    left.next = right.next;
    if (left.next >= 0) symbols[left.next].previous = best.left;
    consider(left.previous, best.left);
    consider(best.left, left.next);
  }

  for (int32_t i = 0; i >= 0; i = symbols[i].next) {
    const auto bytes = segment.substr(symbols[i].begin, symbols[i].size);
    if (const TokenId id = find(bytes); id >= 0) {
      ids.push_back(id);
    } else {
      for (const char byte : bytes) {
        ids.push_back(byte_ids_[static_cast<uint8_t>(byte)]);
      }
    }
  }
  if (segment.size() > kKeptBytes) {
    symbols = {};
    queue = {};
  }
}

} // namespace nanobrain
