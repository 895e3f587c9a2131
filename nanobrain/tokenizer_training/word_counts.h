// Counts of the words of a text, as the training of byte pair encodings needs
// them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "nanobrain/base/checksum.h"

namespace nanobrain {

struct WordHash {
  size_t operator()(std::string_view word) const { return hash64(word); }
};
using WordCounts = std::unordered_map<std::string_view, int64_t, WordHash>;

/// A word begins with its space (one each) or at the start of a line and
/// contains no character that is to stay out of all pieces: line ends, tabs,
/// NUL, and U+2581 and U+2585, which SentencePiece uses itself. Longer words
/// than 1,024 bytes are cut. The keys are views of `texts` (valid UTF-8).
WordCounts count_words(std::span<const std::string> texts);

} // namespace nanobrain
