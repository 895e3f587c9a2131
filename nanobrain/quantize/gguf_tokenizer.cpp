#include "nanobrain/quantize/gguf_tokenizer.h"

#include <fmt/format.h>

#include "nanobrain/tokenizer/gpt2_tokenizer.h"
#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

namespace nanobrain {

namespace {

/// tokenizer.ggml.token_type; the numbers are SentencePiece's.
int32_t number_of(PieceType type) {
  return static_cast<int32_t>(type);
}

/// The lists that have an entry for each id.
struct PieceLists {
  std::vector<std::string> names;
  std::vector<float> scores;
  std::vector<int32_t> types;

  void add(std::string name, float score, PieceType type) {
    names.push_back(std::move(name));
    scores.push_back(score);
    types.push_back(number_of(type));
  }
  void fill(int64_t vocab_size) {
    while (static_cast<int64_t>(names.size()) < vocab_size) {
      add(fmt::format("[PAD{}]", names.size()), 0, PieceType::unused);
    }
  }
};

/// Without these llama.cpp takes ids and habits of Llama's own vocabulary.
void add_special_tokens(GgufMetadata& metadata, TokenId end_of_text) {
  if (end_of_text >= 0) {
    const auto id = static_cast<uint32_t>(end_of_text);
    metadata.emplace_back("tokenizer.ggml.bos_token_id", id);
    metadata.emplace_back("tokenizer.ggml.eos_token_id", id);
  }
  metadata.emplace_back("tokenizer.ggml.add_bos_token", false);
  metadata.emplace_back("tokenizer.ggml.add_eos_token", false);
  metadata.emplace_back("tokenizer.ggml.add_space_prefix", false);
}

GgufTokenizer from_sentencepiece(
    const SentencePieceTokenizer& tokenizer, int64_t vocab_size) {
  GgufTokenizer result{.metadata = {}, .model = "llama", .note = ""};
  PieceLists lists;
  for (const auto& piece : tokenizer.model().pieces) {
    if (piece.type == PieceType::unknown) {
      result.metadata.emplace_back(
          "tokenizer.ggml.unknown_token_id",
          static_cast<uint32_t>(lists.names.size()));
    }
    lists.add(piece.text, piece.score, piece.type);
  }
  lists.fill(vocab_size);
  add_special_tokens(result.metadata, tokenizer.end_of_text());
  result.metadata.emplace_back("tokenizer.ggml.tokens", lists.names);
  result.metadata.emplace_back("tokenizer.ggml.scores", lists.scores);
  result.metadata.emplace_back("tokenizer.ggml.token_type", lists.types);
  return result;
}

GgufTokenizer from_gpt2(const Gpt2Tokenizer& tokenizer, int64_t vocab_size) {
  GgufTokenizer result{.metadata = {}, .model = "gpt2", .note = ""};
  const Gpt2Vocabulary& vocabulary = tokenizer.vocabulary();
  PieceLists lists;
  for (const auto& piece : vocabulary.pieces) {
    const bool control = piece.bytes.empty();
    lists.add(piece.name, 0, control ? PieceType::control : PieceType::normal);
  }
  lists.fill(vocab_size);
  std::vector<std::string> merges;
  for (const auto& merge : vocabulary.merges) {
    merges.push_back(fmt::format(
        "{} {}",
        vocabulary.pieces[merge.left].name,
        vocabulary.pieces[merge.right].name));
  }
  result.metadata.emplace_back("tokenizer.ggml.pre", "gpt-2");
  add_special_tokens(result.metadata, tokenizer.end_of_text());
  result.metadata.emplace_back("tokenizer.ggml.tokens", lists.names);
  result.metadata.emplace_back("tokenizer.ggml.token_type", lists.types);
  result.metadata.emplace_back("tokenizer.ggml.merges", merges);
  return result;
}

GgufTokenizer without_tokenizer(const Tokenizer* tokenizer) {
  return {
      .metadata = {},
      .model = "none",
      .note = tokenizer == nullptr
                  ? "the model has no tokenizer: the file takes and gives ids"
                  : fmt::format(
                        "GGUF has no equivalent of the {} tokenizer, which is "
                        "left out: the file takes and gives ids",
                        tokenizer->kind())};
}

} // namespace

GgufTokenizer gguf_tokenizer(const Tokenizer* tokenizer, int64_t vocab_size) {
  GgufTokenizer result;
  if (const auto* pieces =
          dynamic_cast<const SentencePieceTokenizer*>(tokenizer)) {
    result = from_sentencepiece(*pieces, vocab_size);
  } else if (const auto* gpt2 = dynamic_cast<const Gpt2Tokenizer*>(tokenizer)) {
    result = from_gpt2(*gpt2, vocab_size);
  } else {
    result = without_tokenizer(tokenizer);
  }
  result.metadata.emplace(
      result.metadata.begin(), "tokenizer.ggml.model", result.model);
  return result;
}

} // namespace nanobrain
