#include "nanobrain/tokenizer/huggingface_tokenizer.h"

#include "nanobrain/base/file.h"

namespace nanobrain {

void HuggingFaceTokenizer::add_token(const std::string& name, size_t id) {
  // Appended without a search for the key: ordered_json would take n^2.
  vocab.get_ref<Json::object_t&>().emplace_back(name, id);
}

void write_huggingface_tokenizer(
    const std::filesystem::path& directory,
    const HuggingFaceTokenizer& tokenizer) {
  Json added = Json::array();
  Json config = {
      {"tokenizer_class", "PreTrainedTokenizerFast"},
      {"clean_up_tokenization_spaces", false},
      {"split_special_tokens", true}};
  if (tokenizer.end_of_text >= 0) {
    config["bos_token"] = tokenizer.end_of_text_name;
    config["eos_token"] = tokenizer.end_of_text_name;
    added.push_back(
        {{"id", tokenizer.end_of_text},
         {"content", tokenizer.end_of_text_name},
         {"single_word", false},
         {"lstrip", false},
         {"rstrip", false},
         {"normalized", false},
         {"special", true}});
  }
  const Json contents = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added},
      {"normalizer", nullptr},
      {"pre_tokenizer", tokenizer.pre_tokenizer},
      {"post_processor", nullptr},
      {"decoder", tokenizer.decoder},
      {"model",
       {{"type", "BPE"},
        {"dropout", nullptr},
        {"unk_token", nullptr},
        {"continuing_subword_prefix", nullptr},
        {"end_of_word_suffix", nullptr},
        {"fuse_unk", false},
        {"byte_fallback", tokenizer.byte_fallback},
        {"ignore_merges", false},
        {"vocab", tokenizer.vocab},
        {"merges", tokenizer.merges}}}};
  // Not indented: a line for each half of a merge would double the file.
  write_file(directory / "tokenizer.json", contents.dump() + "\n");
  write_json(directory / "tokenizer_config.json", config);
}

} // namespace nanobrain
