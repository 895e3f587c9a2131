// GPT-2's byte-level byte pair encoding as a Tokenizer.
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/tokenizer/bpe_merge.h"
#include "nanobrain/tokenizer/gpt2_vocabulary.h"
#include "nanobrain/tokenizer/gpt2_words.h"
#include "nanobrain/tokenizer/segment_tokenizer.h"

namespace nanobrain {

/// Gives the ids of OpenAI's encoder, of tiktoken's encode_ordinary() and of
/// Hugging Face's tokenizers: words (gpt2_words.h) and merges within them. A
/// text that spells <|endoftext|> is text. Texts that are not valid UTF-8 are
/// an Error: words are made of characters, and those programs take no others.
class Gpt2Tokenizer : public SegmentTokenizer {
 public:
  explicit Gpt2Tokenizer(Gpt2Vocabulary vocabulary);

  std::string kind() const override { return "gpt2"; }
  int64_t vocab_size() const override {
    return static_cast<int64_t>(vocabulary_.pieces.size());
  }
  TokenId end_of_text() const override { return vocabulary_.end_of_text; }
  std::string_view bytes_of(TokenId id) const override {
    return vocabulary_.pieces[index_of(id)].bytes;
  }
  /// The same from encoder.json and vocab.bpe as from vocab.json, merges.txt.
  std::string hash() const override { return hash_; }
  /// vocab.json, merges.txt, tokenizer.json and tokenizer_config.json.
  void save(const std::filesystem::path& directory) const override;

  const Gpt2Vocabulary& vocabulary() const { return vocabulary_; }

 protected:
  size_t segment_end(std::string_view text, size_t begin) const override {
    return gpt2_word_end(text, begin);
  }
  /// Two neighbours are merged where the pair is in the list of merges, the
  /// pair that is listed first goes first. n log n in the length of the word.
  void encode_segment(
      std::string_view segment, std::vector<TokenId>& ids) const override;

 private:
  /// A place of the hash table of pairs, a power of 2 in size and half full.
  struct Slot {
    uint64_t pair = kEmpty;
    BpeMerge merge;
  };
  static constexpr uint64_t kEmpty = ~0ULL;

  /// Where a pair is, or else belongs.
  size_t slot_of(uint64_t pair) const;

  Gpt2Vocabulary vocabulary_;
  std::vector<Slot> slots_;
  std::string hash_;
};

} // namespace nanobrain
