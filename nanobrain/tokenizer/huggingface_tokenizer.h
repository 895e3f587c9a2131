// Tokenizers in the form that Hugging Face's AutoTokenizer opens.
#pragma once

#include <filesystem>
#include <string>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// What is particular to a tokenizer in tokenizer.json, in its terms.
struct HuggingFaceTokenizer {
  Json pre_tokenizer;
  Json decoder;
  Json vocab = Json::object(); // names and ids: add_token()
  Json merges = Json::array(); // pairs of names, the first goes first
  /// the model spells characters that it does not know as <0x00> to <0xFF>
  bool byte_fallback = false;
  TokenId end_of_text = -1;
  std::string end_of_text_name;

  void add_token(const std::string& name, size_t id);
};

/// Writes tokenizer.json and tokenizer_config.json, which turns off the parsing
/// of special tokens in texts: a text that spells the end of text stays text.
void write_huggingface_tokenizer(
    const std::filesystem::path& directory,
    const HuggingFaceTokenizer& tokenizer);

} // namespace nanobrain
