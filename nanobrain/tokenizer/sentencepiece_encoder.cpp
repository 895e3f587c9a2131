#include "nanobrain/tokenizer/sentencepiece_encoder.h"

#include <bit>
#include <cmath>

#include "nanobrain/tokenizer/bpe_merge.h"

namespace nanobrain {

namespace {

size_t character_size(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// The index of two neighbouring bytes.
size_t pair(char first, char second) {
  return static_cast<uint8_t>(first) * 256u + static_cast<uint8_t>(second);
}

/// Falls as the score rises, and is equal for equal scores: a float's bits, but
/// for the sign, are in the order of its size.
int32_t rank(float score) {
  const auto size = std::bit_cast<int32_t>(std::abs(score));
  return score < 0 ? size : -size;
}

} // namespace

SentencePieceEncoder::SentencePieceEncoder(const SentencePieceModel& model)
    : model_(model), ids_(model.pieces.size()), byte_ids_(256, -1) {
  const auto bytes_of = [&](TokenId id) -> std::string_view {
    return model.pieces[static_cast<size_t>(id)].bytes;
  };
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const auto& piece = model.pieces[id];
    if (piece.type == PieceType::byte) {
      byte_ids_[static_cast<uint8_t>(piece.bytes[0])] =
          static_cast<TokenId>(id);
    } else if (piece.type == PieceType::normal) {
      ids_.insert(piece.bytes, static_cast<TokenId>(id), bytes_of);
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

size_t SentencePieceEncoder::segment_end(
    std::string_view text, size_t begin) const {
  size_t end = begin + 1;
  while (end < text.size() && joined_[pair(text[end - 1], text[end])]) {
    ++end;
  }
  return end;
}

TokenId SentencePieceEncoder::find(std::string_view bytes) const {
  return ids_.find(bytes, [&](TokenId id) -> std::string_view {
    return model_.pieces[static_cast<size_t>(id)].bytes;
  });
}

void SentencePieceEncoder::encode(
    std::string_view segment, std::vector<TokenId>& ids) const {
  thread_local BpeMerger merger;
  for (size_t begin = 0; begin < segment.size();) {
    const size_t size = character_size(segment[begin]);
    merger.add(static_cast<uint32_t>(size), find(segment.substr(begin, size)));
    begin += size;
  }
  merger.merge(
      [&](const BpeSymbol& left, const BpeSymbol& right) -> BpeMerge {
        const TokenId id =
            find(segment.substr(left.begin, left.size + right.size));
        if (id < 0) return {};
        return {id, rank(model_.pieces[static_cast<size_t>(id)].score)};
      },
      [&](const BpeSymbol& symbol) {
        if (symbol.id >= 0) {
          ids.push_back(symbol.id);
          return;
        }
        for (const char byte : segment.substr(symbol.begin, symbol.size)) {
          ids.push_back(byte_ids_[static_cast<uint8_t>(byte)]);
        }
      });
}

} // namespace nanobrain
