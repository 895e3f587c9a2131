#include "nanobrain/tokenizer/tokenizer.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

namespace nanobrain {

namespace fs = std::filesystem;

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) text += bytes_of(id);
  return text;
}

std::shared_ptr<const Tokenizer> load_tokenizer(const fs::path& path) {
  if (fs::is_directory(path)) {
    require(
        fs::exists(path / "tokenizer.model"),
        path.string(),
        "holds no tokenizer.model; name a tokenizer or the folder of one");
    return load_tokenizer(path / "tokenizer.model");
  }
  require(
      path.extension() == ".model",
      path.string(),
      "is no tokenizer; name a *.model file or the folder of one");
  return std::make_shared<SentencePieceTokenizer>(path);
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
