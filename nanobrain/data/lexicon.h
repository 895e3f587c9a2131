// The words of the synthetic corpus: classes of lexemes with inflected forms
// and Zipf-like weights that depend on the topic.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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

  /// Index of a form, -1 where there is none of that name.
  int find_form(std::string_view form) const;
};

/// Where a surface form stands in the lexicon.
struct LexiconEntry {
  int word_class = 0;
  int word = 0;
  int form = 0;
};

/// No two entries have the same surface form, in any case of letters: the text
/// of a word says which lexeme and form it is.
class Lexicon {
 public:
  /// Error where a surface form occurs twice.
  explicit Lexicon(std::vector<WordClass> classes);

  const std::vector<WordClass>& classes() const { return classes_; }
  /// -1 where there is no class of that name.
  int find_class(std::string_view name) const;
  /// Null where no entry has this surface form, letter for letter.
  const LexiconEntry* find(std::string_view surface) const;
  bool contains_in_any_case(std::string_view surface) const;

  int num_topics() const { return num_topics_; }
  /// Topic num_topics(): none yet.
  int no_topic() const { return num_topics_; }
  /// Stands for a draw that decides the topic: only words that belong to one.
  int deciding_topic() const { return num_topics_ + 1; }
  /// A topic favours its own words over general ones, and those over other
  /// topics' words. At most 2^20.
  uint32_t weight(int word_class, int word, int topic) const;
  /// The sum of a class's weights under a topic.
  uint64_t total_weight(int word_class, int topic) const {
    return total_weights_[word_class][topic];
  }
  int64_t num_surface_forms() const {
    return static_cast<int64_t>(entries_.size());
  }

 private:
  std::vector<WordClass> classes_;
  std::unordered_map<std::string, LexiconEntry> entries_;
  std::unordered_map<std::string, int> lower_case_;
  std::vector<std::vector<uint64_t>> total_weights_; // [class][topic]
  int num_topics_ = 0;
};

/// The weight of the word of rank 0, 1, ... of its group.
uint32_t zipf_weight(int rank);

/// The lexicon of english_grammar().
Lexicon make_english_lexicon();

} // namespace nanobrain
