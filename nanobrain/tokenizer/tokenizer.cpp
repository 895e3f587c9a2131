#include "nanobrain/tokenizer/tokenizer.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/tokenizer/gpt2_tokenizer.h"
#include "nanobrain/tokenizer/lexical_tokenizer.h"
#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

namespace nanobrain {

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) text += bytes_of(id);
  return text;
}

size_t Tokenizer::index_of(TokenId id) const {
  require(
      id >= 0 && id < vocab_size(),
      "tokenizer",
      "the id {} is not in [0, {})",
      id,
      vocab_size());
  return static_cast<size_t>(id);
}

std::shared_ptr<const Tokenizer> find_tokenizer(const fs::path& path) {
  const fs::path model =
      fs::is_directory(path) ? path / "tokenizer.model" : path;
  if (model.extension() == ".model" && fs::exists(model)) {
    return std::make_shared<SentencePieceTokenizer>(
        read_file(model), model.string());
  }
  if (const auto file = find_lexical_file(path)) {
    return std::make_shared<LexicalTokenizer>(
        parse_lexical_vocabulary(read_file(*file), file->string()));
  }
  if (const auto files = find_gpt2_files(path)) {
    return std::make_shared<Gpt2Tokenizer>(parse_gpt2_vocabulary(
        read_file(files->vocab), read_file(files->merges), *files));
  }
  return nullptr;
}

std::shared_ptr<const Tokenizer> load_tokenizer(const fs::path& path) {
  require(fs::exists(path), path.string(), "does not exist");
  auto tokenizer = find_tokenizer(path);
  require(
      tokenizer != nullptr,
      path.string(),
      "{} tokenizer; known: tokenizer.model, tokenizer.lexical.json, "
      "vocab.json with merges.txt, encoder.json with vocab.bpe, or the folder "
      "of one",
      fs::is_directory(path) ? "holds no" : "is no");
  return tokenizer;
}

std::vector<std::vector<TokenId>> encode_all(
    const Tokenizer& tokenizer,
    std::span<const std::string> documents,
    int64_t threads) {
  std::vector<std::vector<TokenId>> ids(documents.size());
  parallel_for(static_cast<int64_t>(documents.size()), threads, [&](int64_t i) {
    ids[static_cast<size_t>(i)] =
        tokenizer.encode(documents[static_cast<size_t>(i)]);
  });
  return ids;
}

} // namespace nanobrain
