#include "nanobrain/data/lexicon.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/data/inflection.h"
#include "nanobrain/data/lexicon_words.h"

namespace nanobrain {

namespace {


// How much likelier a word is in a text of its own topic, and a general word,
// than a word of another topic.
constexpr uint32_t kOwnTopicFactor = 50;
constexpr uint32_t kGeneralFactor = 16;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

std::vector<std::string> split_at_spaces(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// A class of words: its name, its forms' names, and how a stem takes them.
struct ClassKind {
  std::string_view name;
  std::vector<std::string> forms;
  std::vector<std::string> (*inflect)(std::string stem);
};

std::vector<std::string> inflect_noun(std::string stem) {
  return {stem, add_s(stem)};
}

std::vector<std::string> inflect_verb(std::string stem) {
  const bool doubles = stem.ends_with('+');
  if (doubles) stem.pop_back();
  return {stem, add_s(stem), add_ed(stem, doubles), add_ing(stem, doubles)};
}

std::vector<std::string> inflect_temper(std::string stem) {
  return {stem, add_ly(stem)};
}

std::vector<std::string> keep(std::string stem) {
  return {std::move(stem)};
}

std::vector<ClassKind> class_kinds() {
  const std::vector<std::string> noun = {"sg", "pl"};
  const std::vector<std::string> verb = {"base", "s", "past", "ing"};
  const std::vector<std::string> name = {"name"};
  return {
      {"noun", noun, inflect_noun},
      {"role", noun, inflect_noun},  // people by what they do
      {"verb", verb, inflect_verb},  // what people do to things
      {"quality", {"adj"}, keep},    // what things are like
      {"act", verb, inflect_verb},   // what people do
      {"state", verb, inflect_verb}, // what things do
      {"say", verb, inflect_verb},
      {"temper", {"adj", "adv"}, inflect_temper}, // what people are like
      {"virtue", {"sg"}, keep},
      {"material", {"sg"}, keep},
      {"often", {"adv"}, keep},
      {"site", noun, inflect_noun}, // parts of a town and its land
      {"settlement", {"sg"}, keep},
      {"few", {"number"}, keep},
      {"region", name, keep},
      {"month", name, keep},
      {"weekday", name, keep},
      {"female", name, keep},
      {"male", name, keep},
      {"family", name, keep},
      {"place", name, keep},
  };
}

// A group is what one topic, or no topic, gives to a class; its order is that
// of frequency.
void add_group(
    WordClass& word_class,
    const ClassKind& kind,
    const std::vector<std::string>& stems,
    int topic) {
  for (size_t rank = 0; rank < stems.size(); ++rank) {
    word_class.words.push_back(
        {kind.inflect(stems[rank]),
         topic,
         zipf_weight(static_cast<int>(rank))});
  }
}

// Every beginning with every ending. Neighbours in rank share neither.
std::vector<std::string> combine(const NameParts& parts) {
  const auto beginnings = split_at_spaces(parts.beginnings);
  const auto endings = split_at_spaces(parts.endings);
  std::vector<std::string> names;
  for (size_t round = 0; round < endings.size(); ++round) {
    for (size_t i = 0; i < beginnings.size(); ++i) {
      names.push_back(beginnings[i] + endings[(i + round) % endings.size()]);
    }
  }
  return names;
}

} // namespace

int WordClass::find_form(std::string_view form) const {
  const auto found = std::find(forms.begin(), forms.end(), form);
  return found == forms.end() ? -1 : static_cast<int>(found - forms.begin());
}

Lexicon::Lexicon(std::vector<WordClass> classes)
    : classes_(std::move(classes)) {
  for (size_t c = 0; c < classes_.size(); ++c) {
    const auto& words = classes_[c].words;
    for (size_t w = 0; w < words.size(); ++w) {
      num_topics_ = std::max(num_topics_, words[w].topic + 1);
      for (size_t f = 0; f < words[w].forms.size(); ++f) {
        const std::string& form = words[w].forms[f];
        const auto [other, is_new] =
            lower_case_.emplace(lower_case(form), static_cast<int>(c));
        require(
            is_new,
            "lexicon",
            "\"{}\" of class {} is a word of class {} already; a surface form "
            "must say which word it is",
            form,
            classes_[c].name,
            classes_[other->second].name);
        entries_[form] = {
            static_cast<int>(c), static_cast<int>(w), static_cast<int>(f)};
      }
    }
  }
  for (size_t c = 0; c < classes_.size(); ++c) {
    auto& totals = total_weights_.emplace_back(deciding_topic() + 1, 0);
    for (int topic = 0; topic <= deciding_topic(); ++topic) {
      for (size_t w = 0; w < classes_[c].words.size(); ++w) {
        totals[topic] +=
            weight(static_cast<int>(c), static_cast<int>(w), topic);
      }
    }
  }
}

int Lexicon::find_class(std::string_view name) const {
  for (size_t c = 0; c < classes_.size(); ++c) {
    if (classes_[c].name == name) return static_cast<int>(c);
  }
  return -1;
}

const LexiconEntry* Lexicon::find(std::string_view surface) const {
  const auto found = entries_.find(std::string(surface));
  return found == entries_.end() ? nullptr : &found->second;
}

bool Lexicon::contains_in_any_case(std::string_view surface) const {
  return lower_case_.contains(lower_case(surface));
}

uint32_t Lexicon::weight(int word_class, int word, int topic) const {
  const Lexeme& lexeme = classes_[word_class].words[word];
  if (topic == deciding_topic()) return lexeme.topic < 0 ? 0 : lexeme.weight;
  if (lexeme.topic < 0) return lexeme.weight * kGeneralFactor;
  return lexeme.weight * (lexeme.topic == topic ? kOwnTopicFactor : 1);
}

uint32_t zipf_weight(int rank) {
  return 6000 / (static_cast<uint32_t>(rank) + 12);
}

Lexicon make_english_lexicon() {
  const auto kinds = class_kinds();
  std::vector<WordClass> classes;
  for (const ClassKind& kind : kinds) {
    classes.push_back({std::string(kind.name), kind.forms, {}});
  }
  const auto add = [&](std::string_view name,
                       const std::vector<std::string>& stems,
                       int topic) {
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) {
          return k.name == name;
        });
    require(kind != kinds.end(), "lexicon", "there is no word class {}", name);
    add_group(classes[kind - kinds.begin()], *kind, stems, topic);
  };
  int topic = 0;
  for (const TopicWords& words : topic_words()) {
    add("noun", split_at_spaces(words.nouns), topic);
    add("role", split_at_spaces(words.roles), topic);
    add("verb", split_at_spaces(words.verbs), topic);
    add("quality", split_at_spaces(words.qualities), topic);
    ++topic;
  }
  for (const GeneralWords& words : general_words()) {
    add(words.class_name, split_at_spaces(words.stems), -1);
  }
  for (const NameParts& parts : name_parts()) {
    add(parts.class_name, combine(parts), -1);
  }
  return Lexicon(std::move(classes));
}

} // namespace nanobrain
