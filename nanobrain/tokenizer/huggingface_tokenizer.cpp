#include "nanobrain/tokenizer/huggingface_tokenizer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "nanobrain/base/file.h"

namespace nanobrain {

namespace {

using Pieces = std::vector<SentencePieceModel::Piece>;

/// The name of a piece in tokenizer.json.
const std::string& token_of(const SentencePieceModel::Piece& piece) {
  return piece.type == PieceType::normal ? piece.bytes : piece.text;
}

Json vocabulary(const Pieces& pieces) {
  Json vocab = Json::object();
  // Appended without a search for the key: ordered_json would take n^2.
  auto& entries = vocab.get_ref<Json::object_t&>();
  for (size_t id = 0; id < pieces.size(); ++id) {
    entries.emplace_back(token_of(pieces[id]), id);
  }
  return vocab;
}

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

} // namespace

Json huggingface_tokenizer(const SentencePieceModel& model) {
  Json added = Json::array();
  if (model.end_of_text >= 0) {
    added.push_back(
        {{"id", model.end_of_text},
         {"content", model.pieces[model.end_of_text].text},
         {"single_word", false},
         {"lstrip", false},
         {"rstrip", false},
         {"normalized", false},
         {"special", true}});
  }
  return {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added},
      {"normalizer", nullptr},
      // Not needed for the ids, but long texts take n log n otherwise.
      {"pre_tokenizer",
       {{"type", "Split"},
        {"pattern", {{"String", " "}}},
        {"behavior", "MergedWithNext"},
        {"invert", false}}},
      {"post_processor", nullptr},
      {"decoder",
       {{"type", "Sequence"},
        {"decoders",
         Json::array({{{"type", "ByteFallback"}}, {{"type", "Fuse"}}})}}},
      {"model",
       {{"type", "BPE"},
        {"dropout", nullptr},
        {"unk_token", nullptr},
        {"continuing_subword_prefix", nullptr},
        {"end_of_word_suffix", nullptr},
        {"fuse_unk", false},
        {"byte_fallback", true},
        {"ignore_merges", false},
        {"vocab", vocabulary(model.pieces)},
        {"merges", merges(model.pieces)}}}};
}

Json huggingface_tokenizer_config(const SentencePieceModel& model) {
  Json config = {
      {"tokenizer_class", "PreTrainedTokenizerFast"},
      {"clean_up_tokenization_spaces", false},
      {"split_special_tokens", true}};
  if (model.end_of_text >= 0) {
    const std::string& text = model.pieces[model.end_of_text].text;
    config["bos_token"] = text;
    config["eos_token"] = text;
  }
  return config;
}

void write_huggingface_tokenizer(
    const std::filesystem::path& directory, const SentencePieceModel& model) {
  // Not indented: a line for each half of a merge would double the file.
  write_file(
      directory / "tokenizer.json", huggingface_tokenizer(model).dump() + "\n");
  write_json(
      directory / "tokenizer_config.json", huggingface_tokenizer_config(model));
}

} // namespace nanobrain
