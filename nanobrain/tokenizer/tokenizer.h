// What every tokenizer can do. Implementations: sentencepiece_tokenizer.h,
// gpt2_tokenizer.h, lexical_tokenizer.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nanobrain {

using TokenId = int32_t;

/// Text to ids and back without loss: decode(encode(x)) == x byte for byte.
/// Every id stands for fixed bytes, so decoding is concatenation. All const
/// members may be called from many threads at once.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// "sentencepiece", "gpt2", "lexical".
  virtual std::string kind() const = 0;
  /// Ids are in [0, vocab_size).
  virtual int64_t vocab_size() const = 0;
  /// The id that ends a document; it has no bytes. -1 where there is none.
  virtual TokenId end_of_text() const = 0;
  /// Ids of one document, without end-of-text. Error if the text is not
  /// valid UTF-8 and requires_utf8().
  virtual std::vector<TokenId> encode(std::string_view text) const = 0;
  /// The same ids in order and in parts, so that those of a long document need
  /// not be in memory at once: some 65,536 a part, or all as one by default.
  virtual void encode_parts(
      std::string_view text,
      const std::function<void(std::span<const TokenId>)>& sink) const {
    sink(encode(text));
  }
  /// True for the kinds that work on characters; the others take all bytes.
  virtual bool requires_utf8() const { return true; }
  /// The bytes an id stands for; Error if the id is out of range.
  virtual std::string_view bytes_of(TokenId id) const = 0;
  /// SHA-256 of what defines the ids: two tokenizers that agree have the same.
  virtual std::string hash() const = 0;
  /// Writes the files that load_tokenizer() and Hugging Face's AutoTokenizer
  /// read into a folder.
  virtual void save(const std::filesystem::path& directory) const = 0;

  std::string decode(std::span<const TokenId> ids) const;

 protected:
  /// The id as an index; Error if it is out of range.
  size_t index_of(TokenId id) const;
};

/// Opens a tokenizer file, or the folder of one: tokenizer.model (any *.model:
/// SentencePiece), else tokenizer.lexical.json (any *.json that is a list:
/// lexical), else vocab.json with merges.txt or encoder.json with vocab.bpe
/// (GPT-2). Error if there is none.
std::shared_ptr<const Tokenizer> load_tokenizer(
    const std::filesystem::path& path);

/// The same, but null where there is none.
std::shared_ptr<const Tokenizer> find_tokenizer(
    const std::filesystem::path& path);

/// encode() of many documents on `threads` threads (0: all), in order.
std::vector<std::vector<TokenId>> encode_all(
    const Tokenizer& tokenizer,
    std::span<const std::string> documents,
    int64_t threads);

} // namespace nanobrain
