#include "nanobrain/tokenizer/unicode_class.h"

#include <algorithm>

namespace nanobrain {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

#include "nanobrain/tokenizer/unicode_ranges.inc"

/// PropList.txt; unchanged since Unicode 6.3.
constexpr Range kSpaces[] = {
    {0x9, 0xd},
    {0x20, 0x20},
    {0x85, 0x85},
    {0xa0, 0xa0},
    {0x1680, 0x1680},
    {0x2000, 0x200a},
    {0x2028, 0x2029},
    {0x202f, 0x202f},
    {0x205f, 0x205f},
    {0x3000, 0x3000}};

template <size_t n>
void mark(
    const Range (&ranges)[n], CharacterClass kind, CharacterClasses& classes) {
  for (const auto& [first, last] : ranges) {
    std::fill(classes.begin() + first, classes.begin() + last + 1, kind);
  }
}

} // namespace

const CharacterClasses& character_classes() {
  static const CharacterClasses& classes = []() -> const CharacterClasses& {
    // In static storage pages without letters and numbers are never touched.
    static CharacterClasses made;
    mark(kLetters, CharacterClass::letter, made);
    mark(kNumbers, CharacterClass::number, made);
    mark(kSpaces, CharacterClass::space, made);
    return made;
  }();
  return classes;
}

} // namespace nanobrain
