#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

#include <utility>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/tokenizer/sentencepiece_huggingface.h"

namespace nanobrain {

namespace fs = std::filesystem;

SentencePieceTokenizer::SentencePieceTokenizer(const fs::path& model_file)
    : SentencePieceTokenizer(read_file(model_file), model_file.string()) {}

SentencePieceTokenizer::SentencePieceTokenizer(
    std::string model_bytes, std::string_view where)
    : model_bytes_(std::move(model_bytes)),
      model_(parse_sentencepiece_model(model_bytes_, where)),
      encoder_(model_),
      hash_(sha256_hex(model_bytes_)) {}

std::string_view SentencePieceTokenizer::bytes_of(TokenId id) const {
  require(
      id >= 0 && id < vocab_size(),
      "tokenizer",
      "the id {} is not in [0, {})",
      id,
      vocab_size());
  return model_.pieces[static_cast<size_t>(id)].bytes;
}

void SentencePieceTokenizer::save(const fs::path& directory) const {
  fs::create_directories(directory);
  write_file(directory / "tokenizer.model", model_bytes_);
  write_huggingface_tokenizer(directory, huggingface_tokenizer(model_));
}

} // namespace nanobrain
