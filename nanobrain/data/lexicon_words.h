// The stems that the synthetic corpus's lexicon grows from.
#pragma once

#include <span>
#include <string_view>

namespace nanobrain {

/// Stems that belong to one topic, most frequent first, parted by spaces.
struct TopicWords {
  std::string_view name;
  std::string_view nouns;
  std::string_view roles;     // people by what they do
  std::string_view verbs;     // what people do to things
  std::string_view qualities; // adjectives of things
};

std::span<const TopicWords> topic_words();

/// Stems of no topic; `class_name` and `forms` as in lexicon.h.
struct GeneralWords {
  std::string_view class_name;
  std::string_view stems;
};

std::span<const GeneralWords> general_words();

/// Names of people and places: every first syllable with every ending.
struct NameParts {
  std::string_view class_name;
  std::string_view beginnings;
  std::string_view endings;
};

std::span<const NameParts> name_parts();

} // namespace nanobrain
