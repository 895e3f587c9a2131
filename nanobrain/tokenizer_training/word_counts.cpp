#include "nanobrain/tokenizer_training/word_counts.h"

#include <algorithm>

namespace nanobrain {

namespace {

constexpr size_t kMaxWordBytes = 1024;

/// The bytes at `at` of a character that stays out of all words; 0 for others.
size_t separator_size(std::string_view text, size_t at) {
  switch (text[at]) {
    case '\0':
    case '\t':
    case '\n':
      return 1;
    case '\xe2': {
      const std::string_view character = text.substr(at, 3);
      return character == "\u2581" || character == "\u2585" ? 3 : 0;
    }
    default:
      return 0;
  }
}

void add(std::string_view word, WordCounts& counts) {
  while (!word.empty()) {
    size_t size = std::min(word.size(), kMaxWordBytes);
    while (size < word.size() && (word[size] & '\xc0') == '\x80') --size;
    ++counts[word.substr(0, size)];
    word.remove_prefix(size);
  }
}

} // namespace

WordCounts count_words(std::span<const std::string> texts) {
  WordCounts counts;
  for (const std::string_view text : texts) {
    size_t begin = 0;
    for (size_t at = 0; at < text.size();) {
      if (const size_t skip = separator_size(text, at); skip > 0) {
        add(text.substr(begin, at - begin), counts);
        begin = at += skip;
        continue;
      }
      if (text[at] == ' ' && at > begin) {
        add(text.substr(begin, at - begin), counts);
        begin = at;
      }
      ++at;
    }
    add(text.substr(begin), counts);
  }
  return counts;
}

} // namespace nanobrain
