// What a derivation remembers: shared by those who write texts and who read
// them.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "nanobrain/data/grammar.h"

namespace nanobrain {

/// Registers and conditions on the way through a document.
struct SyntheticState {
  struct Register {
    int word_class = -1; // -1: a number
    int value = -1;      // word of the class, or the number; -1: not set yet
    int form = 0;
  };

  explicit SyntheticState(const Lexicon& lexicon) : topic(lexicon.no_topic()) {}

  int key = 0;
  int topic;
  std::array<Register, kNumRegisters> registers{};
  std::vector<std::pair<int, int>> listed; // (class, word) drawn since #list

  /// #sg, #like:X, #list and their kin.
  void act(const Symbol& action);
  /// Least and greatest number that a kRange or kBelow may be.
  std::pair<int, int> range(const Symbol& symbol) const;
  /// What a kSame, kSum, kDifference or kProduct is.
  int computed(const Symbol& symbol) const;
  /// After a draw: topic, list and register.
  void keep_word(const Symbol& symbol, int word, const Lexicon& lexicon);
  /// After a number: register.
  void keep_number(const Symbol& symbol, int number);
  /// The word that a kRecall of a word is.
  const std::string& recalled(
      const Symbol& symbol, const Lexicon& lexicon) const;
};

} // namespace nanobrain
