// A SentencePiece model in Hugging Face's terms.
#pragma once

#include "nanobrain/tokenizer/huggingface_tokenizer.h"
#include "nanobrain/tokenizer/sentencepiece_model.h"

namespace nanobrain {

/// Gives the same ids for every text. Pieces carry plain spaces there instead
/// of U+2581, so that a U+2581 of the text is not taken for a space either.
HuggingFaceTokenizer huggingface_tokenizer(const SentencePieceModel& model);

} // namespace nanobrain
