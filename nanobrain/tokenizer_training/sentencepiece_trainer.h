// Training of SentencePiece models on documents.
#pragma once

#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"
#include "nanobrain/tokenizer_training/document_sample.h"
#include "nanobrain/tokenizer_training/trained.h"

namespace nanobrain {

/// The sample is 32 MB by default: of prose they take 75 s of one core and
/// 340 MB of memory for 32,294 pieces. <unk>, the end of text and the 256 bytes
/// are pieces.
///
/// Trains a model that gives every text back byte for byte: BPE with byte
/// fallback, without normalisation or dummy prefix. Line ends and tabs are byte
/// pieces: one token each. The same documents and options give the same bytes.
/// Error where the sample is empty or too small for so many pieces (the message
/// names the largest number possible) or has more characters than pieces.
Trained<SentencePieceTokenizer> train_sentencepiece(
    const NextDocument& next, const TokenizerTraining& options);

} // namespace nanobrain
