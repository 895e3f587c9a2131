// Small lexical vocabularies for tests, and the rule of segmentation a second
// time: by trying all ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/lexical_tokenizer.h"

namespace nanobrain::testing {

/// The base pieces, these learned ones, and the end of text unless told.
LexicalVocabulary lexical_vocabulary(
    const std::vector<std::string>& learned, bool has_end_of_text = true);

/// The ids that the header of LexicalSegmenter promises for a text: segments
/// found by a regular expression, the best of all ways to part each. Time is
/// exponential in the length of a segment.
std::vector<TokenId> try_all_ways(
    const LexicalVocabulary& vocabulary, const std::string& text);

} // namespace nanobrain::testing
