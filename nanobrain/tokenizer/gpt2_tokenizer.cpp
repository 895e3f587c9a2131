#include "nanobrain/tokenizer/gpt2_tokenizer.h"

#include <bit>
#include <utility>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/random.h"
#include "nanobrain/tokenizer/huggingface_tokenizer.h"

namespace nanobrain {

namespace {

uint64_t pair_of(TokenId left, TokenId right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
}

/// The lines of merges.txt after the version.
std::string merge_lines(const Gpt2Vocabulary& vocabulary) {
  std::string lines;
  for (const auto& merge : vocabulary.merges) {
    lines += vocabulary.pieces[merge.left].name;
    lines += ' ';
    lines += vocabulary.pieces[merge.right].name;
    lines += '\n';
  }
  return lines;
}

std::string hash_of(const Gpt2Vocabulary& vocabulary) {
  std::string lines; // of pieces, an empty one, of merges
  for (const auto& piece : vocabulary.pieces) lines += piece.name + '\n';
  return sha256_hex(lines + '\n' + merge_lines(vocabulary));
}

/// Gives the same ids for every text.
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

} // namespace

Gpt2Tokenizer::Gpt2Tokenizer(Gpt2Vocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)),
      slots_(std::bit_ceil(2 * vocabulary_.merges.size() + 1)),
      hash_(hash_of(vocabulary_)) {
  int32_t rank = 0;
  for (const auto& [left, right, result] : vocabulary_.merges) {
    const uint64_t pair = pair_of(left, right);
    slots_[slot_of(pair)] = {pair, {result, rank++}};
  }
}

size_t Gpt2Tokenizer::slot_of(uint64_t pair) const {
  const size_t mask = slots_.size() - 1;
  size_t i = mix64(pair) & mask;
  while (slots_[i].pair != pair && slots_[i].pair != kEmpty) i = (i + 1) & mask;
  return i;
}

void Gpt2Tokenizer::encode_segment(
    std::string_view segment, std::vector<TokenId>& ids) const {
  thread_local BpeMerger merger;
  for (const char byte : segment) {
    merger.add(1, vocabulary_.byte_ids[static_cast<uint8_t>(byte)]);
  }
  merger.merge(
      [this](const BpeSymbol& left, const BpeSymbol& right) {
        return slots_[slot_of(pair_of(left.id, right.id))].merge;
      },
      [&](const BpeSymbol& symbol) { ids.push_back(symbol.id); });
}

void Gpt2Tokenizer::save(const std::filesystem::path& directory) const {
  std::filesystem::create_directories(directory);
  const auto form = huggingface_tokenizer(vocabulary_);
  write_file(directory / "vocab.json", form.vocab.dump() + "\n");
  write_file(
      directory / "merges.txt", "#version: 0.2\n" + merge_lines(vocabulary_));
  write_huggingface_tokenizer(directory, form);
}

} // namespace nanobrain
