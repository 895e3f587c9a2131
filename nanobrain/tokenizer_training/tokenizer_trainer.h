// Training of a tokenizer of any kind into a file or folder.
#pragma once

#include <filesystem>

#include "nanobrain/tokenizer/tokenizer.h"
#include "nanobrain/tokenizer_training/document_sample.h"
#include "nanobrain/tokenizer_training/trained.h"

namespace nanobrain {

/// Writes the tokenizer to `output`: a new folder, or one file where the name
/// ends in .model (SentencePiece) or .json (lexical). Errors: those of the
/// trainers; an `output` that exists, unless it is a file and `replace`.
Trained<Tokenizer> train_tokenizer(
    const NextDocument& next,
    const TokenizerTraining& training,
    const std::filesystem::path& output,
    bool replace);

} // namespace nanobrain
