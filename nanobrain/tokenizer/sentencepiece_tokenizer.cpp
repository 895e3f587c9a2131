#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

#include <atomic>
#include <utility>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer/huggingface_tokenizer.h"
#include "nanobrain/tokenizer/segment_cache.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr size_t kPartIds = 65'536;

void check_text(std::string_view text) {
  const size_t fault = find_invalid_utf8(text);
  require(
      fault == std::string_view::npos,
      "tokenizer",
      "the text is not valid UTF-8 at byte {}; convert it first",
      fault);
  require(
      text.size() < (1ULL << 31),
      "tokenizer",
      "a document of {} bytes is too long; cut it below 2 GiB",
      text.size());
}

} // namespace

SentencePieceTokenizer::SentencePieceTokenizer(const fs::path& model_file)
    : SentencePieceTokenizer(read_file(model_file), model_file.string()) {}

SentencePieceTokenizer::SentencePieceTokenizer(
    std::string model_bytes, std::string_view where)
    : model_bytes_(std::move(model_bytes)),
      model_(parse_sentencepiece_model(model_bytes_, where)),
      encoder_(model_),
      hash_(sha256_hex(model_bytes_)) {
  static std::atomic<uint64_t> instances = 0;
  instance_ = ++instances;
}

size_t SentencePieceTokenizer::encode_some(
    std::string_view text,
    size_t begin,
    size_t most,
    std::vector<TokenId>& ids) const {
  thread_local SegmentCache cache;
  cache.set_owner(instance_);
  while (begin < text.size() && ids.size() < most) {
    const size_t end = encoder_.segment_end(text, begin);
    cache.append(
        text.substr(begin, end - begin),
        ids,
        [this](std::string_view segment, std::vector<TokenId>& out) {
          encoder_.encode(segment, out);
        });
    begin = end;
  }
  return begin;
}

std::vector<TokenId> SentencePieceTokenizer::encode(
    std::string_view text) const {
  check_text(text);
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 4 + 8);
  encode_some(text, 0, ids.max_size(), ids);
  return ids;
}

void SentencePieceTokenizer::encode_parts(
    std::string_view text,
    const std::function<void(std::span<const TokenId>)>& sink) const {
  check_text(text);
  std::vector<TokenId> ids;
  for (size_t begin = 0; begin < text.size();) {
    begin = encode_some(text, begin, kPartIds, ids);
    sink(ids);
    ids.clear();
  }
}

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
  write_huggingface_tokenizer(directory, model_);
}

} // namespace nanobrain
