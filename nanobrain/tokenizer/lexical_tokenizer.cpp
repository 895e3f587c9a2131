#include "nanobrain/tokenizer/lexical_tokenizer.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/file.h"

namespace nanobrain {

namespace {

constexpr const char* kFileName = "tokenizer.lexical.json";

/// Those that segments may be made of.
std::vector<LexicalSegmenter::Entry> segment_pieces(
    const LexicalVocabulary& vocabulary) {
  std::vector<LexicalSegmenter::Entry> pieces;
  for (size_t id = 0; id < vocabulary.size(); ++id) {
    const auto& [kind, bytes] = vocabulary[id];
    if (kind != LexicalKind::ws_run && kind != LexicalKind::learned) continue;
    if (std::ranges::all_of(bytes, [](char c) {
          return kWordSymbols[static_cast<uint8_t>(c)] >= 0;
        })) {
      pieces.push_back({bytes, static_cast<TokenId>(id)});
    }
  }
  return pieces;
}

} // namespace

LexicalTokenizer::LexicalTokenizer(LexicalVocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)),
      segmenter_(segment_pieces(vocabulary_)),
      hash_(sha256_hex(model_bytes())) {
  std::iota(mark_ids_.begin(), mark_ids_.end(), 0);
  for (size_t id = 0; id < vocabulary_.size(); ++id) {
    if (vocabulary_[id].kind != LexicalKind::punct) continue;
    mark_ids_[static_cast<uint8_t>(vocabulary_[id].bytes[0])] =
        static_cast<TokenId>(id);
  }
}

TokenId LexicalTokenizer::end_of_text() const {
  return vocabulary_.back().kind == LexicalKind::control
             ? static_cast<TokenId>(vocabulary_.size() - 1)
             : -1;
}

void LexicalTokenizer::encode_segment(
    std::string_view segment, std::vector<TokenId>& ids) const {
  const auto first = static_cast<uint8_t>(segment[0]);
  if (kWordSymbols[first] < 0) {
    ids.push_back(mark_ids_[first]);
  } else {
    segmenter_.append(segment, ids);
  }
}

void LexicalTokenizer::save(const fs::path& directory) const {
  fs::create_directories(directory);
  write_file(directory / kFileName, model_bytes());
}

std::optional<fs::path> find_lexical_file(const fs::path& path) {
  const fs::path file = fs::is_directory(path) ? path / kFileName : path;
  if (file.extension() != ".json" || !fs::exists(file)) return std::nullopt;
  if (file.filename() == kFileName) return file;
  // vocab.json and tokenizer.json of other kinds are objects.
  const std::string text = read_file(file);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || text[first] != '[') return std::nullopt;
  return file;
}

} // namespace nanobrain
