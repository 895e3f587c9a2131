#include "nanobrain/tokenizer/gpt2_words.h"

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

/// The ending of a contraction after its apostrophe, in bytes; 0: none.
size_t contraction_size(std::string_view after) {
  for (const std::string_view ending : {"s", "t", "re", "ve", "m", "ll", "d"}) {
    if (after.starts_with(ending)) return ending.size();
  }
  return 0;
}

/// The characters of a valid text, one after another.
class Characters {
 public:
  Characters(std::string_view text, size_t at)
      : text_(text), classes_(character_classes()), end_(at) {
    next();
  }

  bool done() const { return begin_ == text_.size(); }
  /// Of the current character.
  CharacterClass kind() const { return kind_; }
  size_t begin() const { return begin_; }

  void next() {
    begin_ = end_;
    if (done()) return;
    const auto lead = static_cast<uint8_t>(text_[begin_]);
    if (lead < 0x80) {
      end_ = begin_ + 1;
      kind_ = classes_[lead];
      return;
    }
    const size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t code = lead & (0x7fu >> size);
    for (size_t i = 1; i < size; ++i) {
      code = code << 6 | (static_cast<uint8_t>(text_[begin_ + i]) & 0x3fu);
    }
    end_ = begin_ + size;
    kind_ = classes_[code];
  }

 private:
  std::string_view text_;
  const CharacterClasses& classes_;
  size_t begin_ = 0;
  size_t end_;
  CharacterClass kind_ = CharacterClass::other;
};

} // namespace

size_t gpt2_word_end(std::string_view text, size_t begin) {
  if (text[begin] == '\'') {
    const size_t size = contraction_size(text.substr(begin + 1, 2));
    if (size > 0) return begin + 1 + size;
  }

  Characters word(text, text[begin] == ' ' ? begin + 1 : begin);
  if (!word.done() && word.kind() != CharacterClass::space) {
    const CharacterClass kind = word.kind();
    while (!word.done() && word.kind() == kind) word.next();
    return word.begin();
  }

  // White space: its last character is left to what follows, if anything does.
  Characters space(text, begin);
  size_t last = begin;
  while (!space.done() && space.kind() == CharacterClass::space) {
    last = space.begin();
    space.next();
  }
  return space.done() || last == begin ? space.begin() : last;
}

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
