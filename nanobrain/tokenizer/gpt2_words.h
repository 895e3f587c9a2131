// Where GPT-2 cuts a text into words before byte pair encoding.
#pragma once

#include <cstddef>
#include <string_view>

namespace nanobrain {

/// The end of the word that begins at `begin` (< text.size()) of valid UTF-8:
/// what GPT-2's pattern matches there,
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// It looks one character past the end at most.
size_t gpt2_word_end(std::string_view text, size_t begin);

} // namespace nanobrain
