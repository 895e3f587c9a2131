// Reading rules, and the check that leaves a text no second derivation.
#include "nanobrain/synthetic/grammar.h"

#include <array>
#include <cmath>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/synthetic/derivation.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

Lexicon small_lexicon() {
  return {
      {"noun",
       {"sg", "pl"},
       {{{"cat", "cats"}, 0, 1}, {{"dog", "dogs"}, 1, 3}}},
      {"name", {"", "her"}, {{{"Ann", "her"}}, {{"Eve", "her"}}}}};
}

std::string error_of_rules(std::string_view rules) {
  return testing::error_of<Error>([&] { Grammar(rules, small_lexicon()); });
}

TEST(Grammar, ReadsRules) {
  const Grammar grammar(
      "-- a comment\n"
      "document = 2 the $subject\n"
      "         | one {noun.sg>X} NL {X.pl} END\n"
      "subject = {noun.sg>X} | 5 {name}\n",
      small_lexicon());
  ASSERT_EQ(grammar.rules().size(), 2u);
  const auto& document = grammar.rules()[0].alternatives;
  ASSERT_EQ(document.size(), 2u);
  EXPECT_EQ(document[0].weight, 2u);
  EXPECT_EQ(document[1].weight, 1u);
  EXPECT_EQ(document[0].symbols[1].rule, 1);
  EXPECT_EQ(document[1].symbols[2].literal, "\n");
  EXPECT_EQ(document[1].symbols[3].slot, 'X' - 'A');
  EXPECT_EQ(document[1].symbols[3].form, 1);
  EXPECT_EQ(document[1].symbols[4].literal, "");
  const auto& subject = grammar.rules()[1].alternatives;
  EXPECT_EQ(subject[0].symbols[0].slot, 'X' - 'A');
  EXPECT_EQ(subject[1].symbols[0].word_class, 1);
  EXPECT_EQ(grammar.predict(0, "One"), 1);
  EXPECT_EQ(grammar.predict(1, "ann"), 1);
  EXPECT_EQ(grammar.predict(1, "the"), -1);
  EXPECT_EQ(grammar.find_word(0, 0, "dog"), 1);
  EXPECT_EQ(grammar.find_word(0, 0, "dogs"), -1);
}

TEST(Grammar, SaysWhatIsWrongWithRules) {
  const std::pair<const char*, const char*> kCases[] = {
      {"s = the {noun.sg} | the {noun.pl}",
       "[grammar rule s] alternatives 1 and 2 can both start with \"the\""},
      // Through other rules, in another case, and by what is recalled.
      {"s = {name} | 2 $b\nb = one | {name} .",
       "[grammar rule s] alternatives 1 and 2 can both start with \"ann\""},
      {"s = END | END", "can both start with the end"},
      {"s = {name>X} $t\nt = her | {X.her}",
       "[grammar rule t] alternatives 1 and 2 can both start with \"her\""},
      {"s = $t\nt = $s | one", "[grammar rule s] can start with itself"},
      {"s = {name.her}", "two words of class name are \"her\""},
      {"s = $t", "[grammar rule s] there is no rule $t"},
      {"s = {tree.sg}", "there is no word class tree"},
      {"s = {noun.past}", "noun has no form \"past\""},
      {"s = {name.}", ""},
      {"s = {noun}", "noun has no form \"\""},
      {"s = {X}", "nothing fills slot X before"},
      {"s = {noun.sg>XY}", "\"XY\" is not a slot A to Z"},
      {"s = {noun.sg>X} {name>X}", "slot X holds another class elsewhere"},
      {"s = {noun.sg>X} {X.past}", "noun has no form \"past\""},
      {"s = The", "The cannot be a literal"},
      {"s = one |", "an alternative is empty"},
      {"s = 5 | one", "an alternative is empty"},
      {"s = 0 one", "the weight 0 is not from 1 to 1000"},
      {"s = 2x one", "the weight 2x is not from 1 to 1000"},
      {"s = one\ns = two", "rule s is given twice"},
      {"one s = two", "expected \"name =\" at one"},
      {"s = {noun.sg", "lacks its }"},
  };
  for (const auto& [rules, message] : kCases) {
    if (*message == '\0') {
      EXPECT_NO_THROW(Grammar(rules, small_lexicon())) << rules;
      continue;
    }
    EXPECT_THAT(error_of_rules(rules), ::testing::HasSubstr(message)) << rules;
  }
}

TEST(Grammar, SaysWhichSlotIsNotFilled) {
  const Grammar grammar("s = {noun.sg>X} | 1000 the {X.sg}", small_lexicon());
  SyntheticGenerator generator(grammar, 1);
  EXPECT_ERROR(Error, "slot X is used before it is filled", generator.next());
}

TEST(Grammar, TopicsFavourTheirOwnWords) {
  const Lexeme own{{"sail"}, 0, 10};
  const Lexeme other{{"barn"}, 1, 10};
  const Lexeme general{{"box"}, -1, 10};
  EXPECT_GT(weight_under(own, 0), weight_under(general, 0));
  EXPECT_GT(weight_under(general, 0), weight_under(other, 0));
  EXPECT_GT(weight_under(other, 0), 0u);
  EXPECT_EQ(weight_under(own, -1), weight_under(general, -1));
  const Grammar grammar("s = {noun.sg>T} {noun.sg}", small_lexicon());
  // cat 1 : dog 3 at first, then cat 50 : dog 3.
  EXPECT_DOUBLE_EQ(
      synthetic_bits(grammar, "Cat cat"), 2 + std::log2(53 / 50.0));
}

TEST(Weights, DrawsAtItsProbabilities) {
  const std::array<uint32_t, 4> given = {1, 5, 100, 14};
  Weights weights;
  for (const uint32_t weight : given) weights.add(weight);
  Random random(2);
  const int draws = 200'000;
  std::array<int, 4> seen{};
  for (int i = 0; i < draws; ++i) ++seen.at(weights.draw(random));
  for (size_t i = 0; i < given.size(); ++i) {
    const double p = given[i] / 120.0;
    // Five standard deviations of a binomial.
    EXPECT_NEAR(seen[i], draws * p, 5 * std::sqrt(draws * p * (1 - p)));
    EXPECT_DOUBLE_EQ(weights.bits(static_cast<int>(i)), -std::log2(p));
  }
}

TEST(Grammar, EnglishHasThousandsOfWordsOfOneSpelling) {
  const Lexicon& lexicon = english_grammar().lexicon();
  std::set<std::string> forms;
  size_t count = 0;
  for (const WordClass& word_class : lexicon) {
    EXPECT_FALSE(word_class.words.empty()) << word_class.name;
    for (const Lexeme& word : word_class.words) {
      ASSERT_EQ(word.forms.size(), word_class.forms.size());
      if (word_class.name == "person") continue;
      count += word.forms.size();
      forms.insert(word.forms.begin(), word.forms.end());
    }
  }
  EXPECT_GT(count, 2000u);
  EXPECT_EQ(forms.size(), count);
  EXPECT_GT(english_grammar().rules().size(), 30u);
}

} // namespace
} // namespace nanobrain
