// A SentencePiece model in the form that Hugging Face's AutoTokenizer opens.
#pragma once

#include <filesystem>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/sentencepiece_model.h"

namespace nanobrain {

/// The contents of tokenizer.json: the same ids for every text. Pieces carry
/// plain spaces there instead of U+2581, so that a U+2581 of the text is not
/// taken for a space either.
Json huggingface_tokenizer(const SentencePieceModel& model);

/// The contents of tokenizer_config.json. It turns off the parsing of special
/// tokens in texts: a text that spells the end-of-text piece stays text.
Json huggingface_tokenizer_config(const SentencePieceModel& model);

/// Writes tokenizer.json and tokenizer_config.json.
void write_huggingface_tokenizer(
    const std::filesystem::path& directory, const SentencePieceModel& model);

} // namespace nanobrain
