// Where GPT-2 cuts a text into words before byte pair encoding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nanobrain {

/// The end of the word that begins at `begin` (< text.size()) of valid UTF-8:
/// what GPT-2's pattern matches there,
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// It looks one character past the end at most.
size_t gpt2_word_end(std::string_view text, size_t begin);

/// The classes of characters that the pattern tells apart, by Unicode 16.
enum class CharacterClass : uint8_t {
  other,  // unassigned ones too
  letter, // general categories L*
  number, // general categories N*
  space,  // the property White_Space
};

/// The class of each code point.
using CharacterClasses = std::array<CharacterClass, 0x110000>;
const CharacterClasses& character_classes();

} // namespace nanobrain
