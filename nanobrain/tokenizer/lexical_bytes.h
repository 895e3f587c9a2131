// How the lexical tokenizer parts a text: words of ASCII letters, digits and
// underscores with the spaces before them, and single bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nanobrain {

/// Words are [A-Za-z0-9_]+.
constexpr bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

/// The segment that begins at `begin` (< text.size()): spaces and the word
/// after them, spaces alone, a word alone, or one byte of any other kind. No
/// token reaches over a segment's end. Its end.
inline size_t lexical_segment_end(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && text[end] == ' ') ++end;
  while (end < text.size() && is_word_byte(text[end])) ++end;
  return end > begin ? end : begin + 1;
}

/// The 64 bytes that segments of more than one byte are made of, in the order
/// of the bytes: their number, -1 for the others.
constexpr std::array<int8_t, 256> kWordSymbols = [] {
  std::array<int8_t, 256> symbols = {};
  int8_t next = 0;
  for (size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    symbols[byte] = c == ' ' || is_word_byte(c) ? next++ : int8_t{-1};
  }
  return symbols;
}();

} // namespace nanobrain
