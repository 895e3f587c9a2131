// Training of a tokenizer of any kind on documents.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Sets the text to the next document; false at the end.
using NextDocument = std::function<bool(std::string&)>;

struct TokenizerTraining {
  /// "sentencepiece" or "lexical": trainers.h says what they learn
  std::string kind = "sentencepiece";
  /// ids in all, with those that every tokenizer of the kind has
  int64_t vocab_size = 32'294;
  /// text to train on: a uniform sample of the documents of this size; absent:
  /// 32 MB, for lexical ones 100 MB
  std::optional<int64_t> sample_bytes = {};
  /// picks the sample
  uint64_t seed = 42;
};

/// A tokenizer with its size and count of the sample that it was trained on.
struct Trained {
  std::shared_ptr<const Tokenizer> tokenizer;
  std::string file; // its contents as one file
  int64_t sample_bytes = 0;
  int64_t sample_tokens = 0;

  double bytes_per_token() const {
    return static_cast<double>(sample_bytes) /
           static_cast<double>(sample_tokens);
  }
};

/// The same documents and options give the same tokenizer. UsageError if an
/// option is out of range, Errors of the trainers; ends at an interrupt.
Trained train_tokenizer(
    const NextDocument& next, const TokenizerTraining& training);

/// Writes it to `output` too: a new folder, or one file where the name ends in
/// .model (SentencePiece) or .json (lexical). Error if `output` exists,
/// unless it is a file and `replace`.
Trained train_tokenizer(
    const NextDocument& next,
    const TokenizerTraining& training,
    const std::filesystem::path& output,
    bool replace);

} // namespace nanobrain
