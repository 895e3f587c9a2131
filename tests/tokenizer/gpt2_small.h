// A GPT-2 vocabulary for tests without data: 256 bytes, the end of text, and
// merges learned from invented_documents().
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/base/filesystem.h"
#include "nanobrain/tokenizer/gpt2_tokenizer.h"

namespace nanobrain::testing {

/// Pairs of names (gpt2_name()), the first goes first.
using NamedMerges = std::vector<std::pair<std::string, std::string>>;

/// The contents of vocab.json and merges.txt.
struct Gpt2Text {
  std::string vocab;
  std::string merges;

  /// As the files vocab.json and merges.txt of a folder.
  void write(const fs::path& directory) const;
};

/// Bytes have the ids 0 to 255 in the order of their names, then come the
/// pieces that the merges make, in order, and the end of text.
Gpt2Text gpt2_text(const NamedMerges& merges);

/// 400 merges of the pairs that are most frequent in 200 documents.
const NamedMerges& learned_merges();

std::shared_ptr<const Gpt2Tokenizer> gpt2_tokenizer(const Gpt2Text& text);
std::shared_ptr<const Gpt2Tokenizer> small_gpt2_tokenizer();

} // namespace nanobrain::testing
