// SentencePiece models (BPE with byte fallback) as a Tokenizer.
#pragma once

#include "nanobrain/tokenizer/segment_tokenizer.h"
#include "nanobrain/tokenizer/sentencepiece_encoder.h"
#include "nanobrain/tokenizer/sentencepiece_model.h"

namespace nanobrain {

/// Gives the ids of SentencePiece's own Encode wherever that one is lossless.
/// Where it is not, texts stay plain: U+2581, which SentencePiece takes for a
/// space, becomes its three byte pieces, and so do characters of no piece.
/// Texts that spell <unk>, <0x41> or the end-of-text piece are text.
class SentencePieceTokenizer : public SegmentTokenizer {
 public:
  /// Error where the file is no model or not a lossless one.
  explicit SentencePieceTokenizer(const std::filesystem::path& model_file);
  /// From the bytes of a model file; `where` names them in errors.
  SentencePieceTokenizer(std::string model_bytes, std::string_view where);

  std::string kind() const override { return "sentencepiece"; }
  int64_t vocab_size() const override {
    return static_cast<int64_t>(model_.pieces.size());
  }
  TokenId end_of_text() const override { return model_.end_of_text; }
  std::string_view bytes_of(TokenId id) const override {
    return model_.pieces[index_of(id)].bytes;
  }
  std::string hash() const override { return hash_; }
  /// tokenizer.model, tokenizer.json and tokenizer_config.json.
  void save(const std::filesystem::path& directory) const override;

  const SentencePieceModel& model() const { return model_; }
  /// The bytes of the model file.
  const std::string& model_bytes() const { return model_bytes_; }

 protected:
  size_t segment_end(std::string_view text, size_t begin) const override {
    return encoder_.segment_end(text, begin);
  }
  void encode_segment(
      std::string_view segment, std::vector<TokenId>& ids) const override {
    encoder_.encode(segment, ids);
  }

 private:
  std::string model_bytes_;
  SentencePieceModel model_;
  SentencePieceEncoder encoder_;
  std::string hash_;
};

} // namespace nanobrain
