#include "nanobrain/quantize/gguf_tokenizer.h"

#include <fmt/format.h>

#include "nanobrain/tokenizer/gpt2_tokenizer.h"
#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

namespace nanobrain {

namespace {

constexpr const char* kPrefix = "tokenizer.ggml.";

/// Lists with an entry for each id.
struct PieceLists {
  std::vector<std::string> names;
  std::vector<float> scores;
  std::vector<int32_t> types; // the numbers are SentencePiece's
  int64_t unknown = -1;

  void add(const std::string& name, float score, PieceType type) {
    if (type == PieceType::unknown) unknown = std::ssize(names);
    names.push_back(name);
    scores.push_back(score);
    types.push_back(static_cast<int32_t>(type));
  }
};

std::vector<std::string> merges_of(const Gpt2Vocabulary& vocabulary) {
  std::vector<std::string> merges;
  for (const auto& merge : vocabulary.merges) {
    merges.push_back(fmt::format(
        "{} {}",
        vocabulary.pieces[merge.left].name,
        vocabulary.pieces[merge.right].name));
  }
  return merges;
}

} // namespace

GgufTokenizer gguf_tokenizer(const Tokenizer* tokenizer, int64_t vocab_size) {
  const auto* llama = dynamic_cast<const SentencePieceTokenizer*>(tokenizer);
  const auto* gpt2 = dynamic_cast<const Gpt2Tokenizer*>(tokenizer);
  GgufTokenizer result;
  result.model = llama != nullptr ? "llama" : gpt2 != nullptr ? "gpt2" : "none";
  const auto put = [&](const char* key, const GgufValue& value) {
    result.metadata.emplace_back(std::string(kPrefix) + key, value);
  };
  put("model", result.model);
  PieceLists lists;
  if (llama != nullptr) {
    for (const auto& piece : llama->model().pieces) {
      lists.add(piece.text, piece.score, piece.type);
    }
  } else if (gpt2 != nullptr) {
    for (const auto& piece : gpt2->vocabulary().pieces) {
      const bool control = piece.bytes.empty();
      lists.add(
          piece.name, 0, control ? PieceType::control : PieceType::normal);
    }
    put("pre", "gpt-2");
  } else {
    result.note = tokenizer == nullptr
                      ? "the model has no tokenizer"
                      : fmt::format(
                            "GGUF has no equivalent of the {} tokenizer, which "
                            "is left out",
                            tokenizer->kind());
    result.note += ": the file takes and gives ids";
    return result;
  }
  while (std::ssize(lists.names) < vocab_size) {
    lists.add(fmt::format("[PAD{}]", lists.names.size()), 0, PieceType::unused);
  }
  const auto put_id = [&](const char* key, int64_t id) {
    if (id >= 0) put(key, static_cast<uint32_t>(id));
  };
  put_id("unknown_token_id", lists.unknown);
  // Without these llama.cpp takes ids and habits of Llama's own vocabulary.
  put_id("bos_token_id", tokenizer->end_of_text());
  put_id("eos_token_id", tokenizer->end_of_text());
  put("add_bos_token", false);
  put("add_eos_token", false);
  put("add_space_prefix", false);
  put("tokens", lists.names);
  if (llama != nullptr) put("scores", lists.scores);
  put("token_type", lists.types);
  if (gpt2 != nullptr) put("merges", merges_of(gpt2->vocabulary()));
  return result;
}

} // namespace nanobrain
