#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/file.h"
#include "nanobrain/tokenizer/bpe_merge.h"
#include "nanobrain/tokenizer/huggingface_tokenizer.h"

namespace nanobrain {

namespace {

struct BytesOf {
  const SentencePieceModel& model;
  std::string_view operator()(TokenId id) const {
    return model.pieces[static_cast<size_t>(id)].bytes;
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

/// Falls as the score rises, and is equal for equal scores: a float's bits, but
/// for the sign, are in the order of its size.
int32_t rank(float score) {
  const auto size = std::bit_cast<int32_t>(std::abs(score));
  return score < 0 ? size : -size;
}

/// Every pair of pieces whose concatenation is a piece, in the order in which
/// SentencePiece would merge them: the better-scored result first.
Json merges(const std::vector<SentencePieceModel::Piece>& pieces) {
  std::vector<const SentencePieceModel::Piece*> results;
  std::unordered_set<std::string_view> known;
  for (const auto& piece : pieces) {
    if (piece.type != PieceType::normal) continue;
    results.push_back(&piece);
    known.insert(piece.bytes);
  }
  std::ranges::stable_sort(results, [](const auto* a, const auto* b) {
    return a->score > b->score;
  });
  Json list = Json::array();
  for (const auto* result : results) {
    const std::string_view bytes = result->bytes;
    // The cuts of one piece rank alike in SentencePiece and by this order in
    // Hugging Face. That shows only where two pairs of the same result overlap
    // ("a aa a"), which merging from the left does not leave behind.
    for (size_t cut = bytes.size() - 1; cut > 0; --cut) {
      const auto left = bytes.substr(0, cut);
      const auto right = bytes.substr(cut);
      if (known.contains(left) && known.contains(right)) {
        list.push_back(Json::array({left, right}));
      }
    }
  }
  return list;
}

/// Gives the same ids for every text. Pieces carry plain spaces instead of
/// U+2581, so that a U+2581 of the text is not taken for a space either.
HuggingFaceTokenizer huggingface_tokenizer(const SentencePieceModel& model) {
  HuggingFaceTokenizer result;
  // Not needed for the ids, but long texts take n log n otherwise.
  result.pre_tokenizer = {
      {"type", "Split"},
      {"pattern", {{"String", " "}}},
      {"behavior", "MergedWithNext"},
      {"invert", false}};
  result.decoder = {
      {"type", "Sequence"},
      {"decoders",
       Json::array({{{"type", "ByteFallback"}}, {{"type", "Fuse"}}})}};
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const auto& piece = model.pieces[id];
    result.add_token(
        piece.type == PieceType::normal ? piece.bytes : piece.text, id);
  }
  result.merges = merges(model.pieces);
  result.byte_fallback = true;
  result.end_of_text = model.end_of_text;
  if (model.end_of_text >= 0) {
    result.end_of_text_name = model.pieces[model.end_of_text].text;
  }
  return result;
}

} // namespace

SentencePieceTokenizer::SentencePieceTokenizer(
    std::string model_bytes, std::string_view where)
    : model_bytes_(std::move(model_bytes)),
      model_(parse_sentencepiece_model(model_bytes_, where)),
      ids_(model_.pieces.size()),
      hash_(sha256_hex(model_bytes_)) {
  for (size_t id = 0; id < model_.pieces.size(); ++id) {
    const auto& piece = model_.pieces[id];
    if (piece.type == PieceType::byte) {
      byte_ids_[static_cast<uint8_t>(piece.bytes[0])] =
          static_cast<TokenId>(id);
    } else if (piece.type == PieceType::normal) {
      ids_.insert(piece.bytes, static_cast<TokenId>(id), BytesOf{model_});
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

size_t SentencePieceTokenizer::segment_end(
    std::string_view text, size_t begin) const {
  size_t end = begin + 1;
  while (end < text.size() && joined_[pair(text[end - 1], text[end])]) ++end;
  return end;
}

TokenId SentencePieceTokenizer::find(std::string_view bytes) const {
  return ids_.find(bytes, BytesOf{model_});
}

void SentencePieceTokenizer::encode_segment(
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

void SentencePieceTokenizer::save(const fs::path& directory) const {
  fs::create_directories(directory);
  write_file(directory / "tokenizer.model", model_bytes_);
  write_huggingface_tokenizer(directory, huggingface_tokenizer(model_));
}

} // namespace nanobrain
