// A tokenizer in the metadata of a GGUF file, as llama.cpp reads it.
#pragma once

#include <cstdint>
#include <string>

#include "nanobrain/quantize/gguf_file.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct GgufTokenizer {
  GgufMetadata metadata;
  std::string model; // "llama", "gpt2", "none"
  std::string note;  // what a user has to know; empty: nothing
};

/// SentencePiece becomes "llama" (pieces, scores, types, no space in front),
/// GPT-2 "gpt2" (pieces and merges). A lexical vocabulary, or none (nullptr),
/// becomes "none": such a file takes and gives ids. Ids of the model past the
/// tokenizer's are filled with unused pieces.
GgufTokenizer gguf_tokenizer(const Tokenizer* tokenizer, int64_t vocab_size);

} // namespace nanobrain
