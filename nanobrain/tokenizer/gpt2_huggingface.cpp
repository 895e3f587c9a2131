#include "nanobrain/tokenizer/gpt2_huggingface.h"

namespace nanobrain {

HuggingFaceTokenizer huggingface_tokenizer(const Gpt2Vocabulary& vocabulary) {
  const auto& pieces = vocabulary.pieces;
  // GPT-2's pattern, and its characters for bytes.
  const Json byte_level = {
      {"type", "ByteLevel"},
      {"add_prefix_space", false},
      {"trim_offsets", true},
      {"use_regex", true}};
  HuggingFaceTokenizer result;
  result.pre_tokenizer = byte_level;
  result.decoder = byte_level;
  for (size_t id = 0; id < pieces.size(); ++id) {
    result.add_token(pieces[id].name, id);
  }
  for (const auto& merge : vocabulary.merges) {
    result.merges.push_back(
        Json::array({pieces[merge.left].name, pieces[merge.right].name}));
  }
  result.end_of_text = vocabulary.end_of_text;
  result.end_of_text_name = kGpt2EndOfText;
  return result;
}

} // namespace nanobrain
