// A stochastic grammar whose every text has exactly one derivation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/random.h"

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

/// How often a word is drawn in a document of this topic (-1: of none yet): its
/// own words more often than general ones, and those than other topics'.
inline uint32_t weight_under(const Lexeme& word, int topic) {
  if (topic < 0) return word.weight;
  if (word.topic < 0) return word.weight * 16;
  return word.weight * (word.topic == topic ? 50 : 1);
}

/// Draws i with probability weight / sum of all weights, in integers: the same
/// numbers on every platform.
class Weights {
 public:
  void add(uint32_t weight) { sums_.push_back(total() + weight); }
  uint64_t total() const { return sums_.empty() ? 0 : sums_.back(); }

  int draw(Random& random) const {
    const uint64_t at = random.below(total());
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return static_cast<int>(found - sums_.begin());
  }
  /// -log2 of the probability that draw() gives `i`.
  double bits(int i) const {
    const uint64_t weight = sums_[i] - (i > 0 ? sums_[i - 1] : 0);
    return std::log2(
        static_cast<double>(total()) / static_cast<double>(weight));
  }

 private:
  std::vector<uint64_t> sums_; // of the weights up to and with this one
};

/// Slots keep the words that later sentences recall; the word in this one
/// decides the topic of the document.
inline constexpr int kTopicSlot = 'T' - 'A';
inline constexpr int kNumSlots = 26;

struct Symbol {
  enum class Kind { kLiteral, kRule, kDraw, kRecall };
  Kind kind = Kind::kLiteral;
  std::string literal = {}; // "": the end of the text
  int rule = 0;
  int word_class = -1;
  int form = -1;
  int slot = -1; // where a drawn word is kept (-1: nowhere), or recalled from
};

struct Alternative {
  uint32_t weight = 1;
  std::vector<Symbol> symbols = {}; // at least one
};

struct Rule {
  std::string name;
  std::vector<Alternative> alternatives;
};

/// No symbol is empty and no two alternatives of a rule can start with the same
/// word, which is checked: so the next word of a text always decides, and a
/// text has at most one derivation.
class Grammar {
 public:
  /// Of rules, the first of them the start:
  ///
  ///   name = WEIGHT SYMBOL... | WEIGHT SYMBOL... | ...     -- no weight: 1
  ///
  ///   the , .          a word or a mark as it is; NL a new line, END the end
  ///   $name            another rule
  ///   {noun.pl}        a word of a class in a form, drawn by its weight
  ///   {noun.pl>X}      and kept in slot X
  ///   {X.sg}           the word that a symbol before put in slot X, in a form
  ///
  /// Error that names the rule at fault, and the word where two clash.
  Grammar(std::string_view rules, Lexicon lexicon);

  const Lexicon& lexicon() const { return lexicon_; }
  const std::vector<Rule>& rules() const { return rules_; }
  const Weights& alternatives(int rule) const { return alternatives_[rule]; }
  const Weights& words(int word_class, int topic) const {
    return words_[word_class][topic + 1];
  }

  // Words are compared without regard to the case of their first letter.
  /// The alternative that can start with this word; -1 where none can.
  int predict(int rule, const std::string& word) const;
  /// The lexeme whose form this is; -1 where there is none.
  int find_word(int word_class, int form, const std::string& word) const;

 private:
  enum class Progress { kNone, kOpen, kDone };
  void index_words(const Rule& rule);
  void predict_rule(int index, std::vector<Progress>& progress);

  Lexicon lexicon_;
  std::vector<Rule> rules_;
  std::vector<Weights> alternatives_;                   // [rule]
  std::vector<std::vector<Weights>> words_;             // [class][topic + 1]
  std::vector<std::map<std::string, int>> predictions_; // [rule]
  std::map<std::pair<int, int>, std::map<std::string, int>>
      drawn_; // [class, form]
};

/// The rules and words of the synthetic corpus, made on first use.
const Grammar& english_grammar();

} // namespace nanobrain
