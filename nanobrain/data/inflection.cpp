#include "nanobrain/data/inflection.h"

#include <array>

namespace nanobrain {

namespace {

bool is_vowel(char c) {
  return std::string_view("aeiouAEIOU").find(c) != std::string_view::npos;
}

// "carry", but not "play".
bool ends_in_consonant_y(std::string_view stem) {
  return stem.size() > 1 && stem.back() == 'y' &&
         !is_vowel(stem[stem.size() - 2]);
}

std::string without_last(std::string_view stem) {
  return std::string(stem.substr(0, stem.size() - 1));
}

std::string with_doubling(std::string_view stem, bool doubles) {
  std::string text(stem);
  if (doubles) text += stem.back();
  return text;
}

} // namespace

std::string add_s(std::string_view stem) {
  if (ends_in_consonant_y(stem)) return without_last(stem) + "ies";
  constexpr std::array<std::string_view, 5> kHissing = {
      "s", "x", "z", "ch", "sh"};
  for (const std::string_view ending : kHissing) {
    if (stem.ends_with(ending)) return std::string(stem) + "es";
  }
  return std::string(stem) + "s";
}

std::string add_ed(std::string_view stem, bool doubles) {
  if (ends_in_consonant_y(stem)) return without_last(stem) + "ied";
  if (stem.ends_with('e')) return std::string(stem) + "d";
  return with_doubling(stem, doubles) + "ed";
}

std::string add_ing(std::string_view stem, bool doubles) {
  if (stem.ends_with('e')) return without_last(stem) + "ing";
  return with_doubling(stem, doubles) + "ing";
}

std::string add_ly(std::string_view stem) {
  if (ends_in_consonant_y(stem)) return without_last(stem) + "ily";
  if (stem.ends_with("ic")) return std::string(stem) + "ally";
  if (stem.ends_with("le") && stem.size() > 2 &&
      !is_vowel(stem[stem.size() - 3])) {
    return without_last(stem) + "y";
  }
  return std::string(stem) + "ly";
}

std::string_view indefinite_article(std::string_view next_word) {
  return !next_word.empty() && is_vowel(next_word.front()) ? "an" : "a";
}

} // namespace nanobrain
