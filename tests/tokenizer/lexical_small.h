// Small lexical vocabularies for tests, and the rule of segmentation a second
// time: by trying all ways.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/lexical_tokenizer.h"

namespace nanobrain::testing {

/// The base pieces, these learned ones, and the end of text unless told.
LexicalVocabulary lexical_vocabulary(
    const std::vector<std::string>& learned, bool has_end_of_text = true);

/// A tokenizer of 16 learned pieces: "The", " cat" (294, 295) and on, as the
/// Nano Brain's sentence has them, and parts of words.
std::shared_ptr<const LexicalTokenizer> small_lexical_tokenizer();

/// The ids that the header of LexicalSegmenter promises for a text: segments
/// found by a regular expression, the best of all ways to part each. Time is
/// exponential in the length of a segment.
std::vector<TokenId> try_all_ways(
    const LexicalVocabulary& vocabulary, const std::string& text);

} // namespace nanobrain::testing
