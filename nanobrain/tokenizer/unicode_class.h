// The classes of characters that GPT-2 tells apart: \p{L}, \p{N}, \s and the
// rest, by Unicode 16.
#pragma once

#include <array>
#include <cstdint>

namespace nanobrain {

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
