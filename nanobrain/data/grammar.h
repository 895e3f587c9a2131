// A stochastic grammar whose every text has exactly one derivation.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nanobrain/data/alias_table.h"
#include "nanobrain/data/grammar_text.h"
#include "nanobrain/data/lexicon.h"

namespace nanobrain {

/// What a word of text can be: a literal, a form of a word class or a number.
/// No text is a word of two terminals.
using Terminal = int;
inline constexpr int kMaxTerminals = 512;
using TerminalSet = std::bitset<kMaxTerminals>;

/// Rules that are checked to be LL(1): under every key, the alternatives of
/// a rule that apply start with different terminals (and, where one of them may
/// be empty, with others than may follow the rule). So the next word of a text
/// always decides, and a text has at most one derivation.
class Grammar {
 public:
  /// Error that names the rule and a terminal where two alternatives clash.
  Grammar(std::string_view rules, Lexicon lexicon);

  const Lexicon& lexicon() const { return lexicon_; }
  const std::vector<Rule>& rules() const { return text_.rules; }
  const std::string& literal(int index) const { return text_.literals[index]; }
  /// -1 where no rule has this literal.
  int find_literal(std::string_view word) const;

  // The terminals are the literals, then the forms of the classes, then a
  // number.
  Terminal terminal_of(int word_class, int form) const {
    return first_form_[word_class] + form;
  }
  Terminal end_terminal() const { return 0; }
  Terminal number_terminal() const { return number_; }
  /// For messages: "the", {noun.sg}, a number.
  std::string describe(Terminal terminal) const;

  /// The alternative of a rule that the next terminal decides for; -1 where
  /// none can start with it.
  int predict(int rule, int key, Terminal next) const {
    return predictions_[(rule * kNumKeys + key) * num_terminals_ + next];
  }
  /// Draws an alternative that applies under `key`; at least one does.
  const AliasTable& alternatives(int rule, int key) const {
    return alternatives_[rule * kNumKeys + key];
  }
  /// Draws a word of a class under a topic as Lexicon::weight has it.
  const AliasTable& words(int word_class, int topic) const {
    return words_[word_class][topic];
  }

 private:
  void number_terminals();
  void build_predictions();
  void build_tables();

  Lexicon lexicon_;
  GrammarText text_;
  std::unordered_map<std::string, int> literal_index_;
  std::vector<Terminal> first_form_; // by word class
  Terminal number_ = -1;
  int num_terminals_ = 0;
  std::vector<int8_t> predictions_;            // [rule][key][terminal]
  std::vector<AliasTable> alternatives_;       // [rule][key]
  std::vector<std::vector<AliasTable>> words_; // [class][topic]
};

/// The rules of the synthetic corpus.
std::string_view english_rules();
/// They and their lexicon, made on first use.
const Grammar& english_grammar();

} // namespace nanobrain
