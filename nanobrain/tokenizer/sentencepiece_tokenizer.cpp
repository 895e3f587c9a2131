#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/tokenizer/huggingface_tokenizer.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

using Pieces = std::vector<SentencePieceModel::Piece>;

/// Every pair of pieces whose concatenation is a piece, in the order in which
/// SentencePiece would merge them: the better-scored result first.
Json merges(const Pieces& pieces) {
  std::vector<const SentencePieceModel::Piece*> results;
  std::unordered_set<std::string_view> known;
  for (const auto& piece : pieces) {
    if (piece.type != PieceType::normal) continue;
    results.push_back(&piece);
    known.insert(piece.bytes);
  }
  std::stable_sort(
      results.begin(), results.end(), [](const auto* a, const auto* b) {
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

SentencePieceTokenizer::SentencePieceTokenizer(const fs::path& model_file)
    : SentencePieceTokenizer(read_file(model_file), model_file.string()) {}

SentencePieceTokenizer::SentencePieceTokenizer(
    std::string model_bytes, std::string_view where)
    : model_bytes_(std::move(model_bytes)),
      model_(parse_sentencepiece_model(model_bytes_, where)),
      encoder_(model_),
      hash_(sha256_hex(model_bytes_)) {}

void SentencePieceTokenizer::save(const fs::path& directory) const {
  fs::create_directories(directory);
  write_file(directory / "tokenizer.model", model_bytes_);
  write_huggingface_tokenizer(directory, huggingface_tokenizer(model_));
}

} // namespace nanobrain
