// The words of the synthetic language.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nanobrain {

/// A word in all its forms, in the order of its class's `forms`.
struct Lexeme {
  std::vector<std::string> forms;
  int topic = -1; // -1: belongs to none
  uint32_t weight = 1;
};

/// Words that can stand in the same place.
struct WordClass {
  std::string name;
  std::vector<std::string> forms; // names of the forms: "sg", "pl"
  std::vector<Lexeme> words;
};

using Lexicon = std::vector<WordClass>;

/// How often a word is drawn in a document of this topic, -1: of none yet. A
/// topic favours its own words over general ones, and those over the words of
/// other topics.
inline uint32_t weight_under(const Lexeme& word, int topic) {
  if (topic < 0) return word.weight;
  if (word.topic < 0) return word.weight * 16;
  return word.weight * (word.topic == topic ? 50 : 1);
}

} // namespace nanobrain
