#include "nanobrain/tokenizer/sentencepiece_encoder.h"

#include <algorithm>
#include <functional>

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

/// The place of each piece's score among all scores; equal ones share it.
std::vector<int32_t> ranks(const SentencePieceModel& model) {
  std::vector<float> scores;
  for (const auto& piece : model.pieces) scores.push_back(piece.score);
  std::ranges::sort(scores, std::greater());
  std::vector<int32_t> result;
  for (const auto& piece : model.pieces) {
    const auto place =
        std::ranges::lower_bound(scores, piece.score, std::greater());
    result.push_back(static_cast<int32_t>(place - scores.begin()));
  }
  return result;
}

} // namespace

SentencePieceEncoder::SentencePieceEncoder(const SentencePieceModel& model)
    : ranks_(ranks(model)), byte_ids_(256, -1) {
  ids_.reserve(model.pieces.size());
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const auto& piece = model.pieces[id];
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

size_t SentencePieceEncoder::segment_end(
    std::string_view text, size_t begin) const {
  size_t end = begin + 1;
  while (end < text.size() && joined_[pair(text[end - 1], text[end])]) {
    ++end;
  }
  return end;
}

TokenId SentencePieceEncoder::find(std::string_view bytes) const {
  const auto found = ids_.find(bytes);
  return found == ids_.end() ? -1 : found->second;
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
        return {id, id < 0 ? 0 : ranks_[id]};
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
