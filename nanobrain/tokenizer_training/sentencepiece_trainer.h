// Training of SentencePiece models on documents.
#pragma once

#include <cstdint>

#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"
#include "nanobrain/tokenizer_training/document_sample.h"
#include "nanobrain/tokenizer_training/trained.h"

namespace nanobrain {

struct SentencePieceTraining {
  /// pieces in all, with <unk>, the end of text and the 256 bytes
  int64_t vocab_size = 32'294;
  /// text to train on: a uniform sample of the documents of this size. 32 MB
  /// of prose take 75 s of one core and 340 MB of memory for 32,294 pieces.
  int64_t sample_bytes = 32'000'000;
  /// picks the sample
  uint64_t seed = 42;
};

/// Trains a model that gives every text back byte for byte: BPE with byte
/// fallback, without normalisation or dummy prefix. Line ends and tabs are byte
/// pieces: one token each. The same documents and options give the same bytes.
/// Error where the sample is empty or too small for so many pieces (the message
/// names the largest number possible) or has more characters than pieces.
Trained<SentencePieceTokenizer> train_sentencepiece(
    const NextDocument& next, const SentencePieceTraining& options);

} // namespace nanobrain
