// A GPT-2 vocabulary in Hugging Face's terms.
#pragma once

#include "nanobrain/tokenizer/gpt2_vocabulary.h"
#include "nanobrain/tokenizer/huggingface_tokenizer.h"

namespace nanobrain {

/// Gives the same ids for every text.
HuggingFaceTokenizer huggingface_tokenizer(const Gpt2Vocabulary& vocabulary);

} // namespace nanobrain
