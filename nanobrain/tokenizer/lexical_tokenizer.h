// The Nano Brain's own tokenizer: whole words, parts of words, punctuation,
// runs of spaces and bytes.
#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "nanobrain/tokenizer/lexical_segmenter.h"
#include "nanobrain/tokenizer/lexical_vocabulary.h"
#include "nanobrain/tokenizer/segment_tokenizer.h"

namespace nanobrain {

/// Takes every string of bytes. A word with the spaces before it is split into
/// learned pieces, runs of spaces and bytes as LexicalSegmenter says; a
/// punctuation mark is a token, and so is every other byte.
class LexicalTokenizer : public SegmentTokenizer {
 public:
  explicit LexicalTokenizer(LexicalVocabulary vocabulary);

  std::string kind() const override { return "lexical"; }
  int64_t vocab_size() const override {
    return static_cast<int64_t>(vocabulary_.size());
  }
  /// The CONTROL entry.
  TokenId end_of_text() const override;
  bool requires_utf8() const override { return false; }
  std::string_view bytes_of(TokenId id) const override {
    return vocabulary_[index_of(id)].bytes;
  }
  /// Of the file that save() writes.
  std::string hash() const override { return hash_; }
  /// tokenizer.lexical.json; Hugging Face has no equivalent.
  void save(const std::filesystem::path& directory) const override;

  const LexicalVocabulary& vocabulary() const { return vocabulary_; }
  /// The bytes of the file that save() writes.
  std::string model_bytes() const {
    return format_lexical_vocabulary(vocabulary_);
  }

 protected:
  size_t segment_end(std::string_view text, size_t begin) const override {
    return lexical_segment_end(text, begin);
  }
  void encode_segment(
      std::string_view segment, std::vector<TokenId>& ids) const override;

 private:
  LexicalVocabulary vocabulary_;
  LexicalSegmenter segmenter_;
  std::array<TokenId, 256> mark_ids_; // PUNCT, else BYTE
  std::string hash_;
};

/// The file of a lexical tokenizer: tokenizer.lexical.json in a folder, *.json
/// that is a list. Null where `path` is neither.
std::optional<std::filesystem::path> find_lexical_file(
    const std::filesystem::path& path);

} // namespace nanobrain
