// Reading rules, and the check that leaves a text no second derivation.
#include "nanobrain/data/grammar.h"

#include "nanobrain/base/error.h"
#include "nanobrain/data/synthetic.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

Lexicon small_lexicon() {
  return Lexicon(
      {{"noun",
        {"sg", "pl"},
        {{{"cat", "cats"}, 0, 1}, {{"dog", "dogs"}, 1, 3}}},
       {"verb", {"s", "base"}, {{{"sleeps", "sleep"}, -1, 1}}}});
}

std::string error_of_rules(std::string_view rules) {
  return testing::error_of<Error>([&] { Grammar(rules, small_lexicon()); });
}

TEST(Grammar, ReadsRules) {
  const Grammar grammar(
      "-- a comment\n"
      "document = 2 the $subject\n"
      "         | one NL\n"
      "subject = {noun.sg>X} #sg | [pair] 5 {noun.pl} #pl\n",
      small_lexicon());
  ASSERT_EQ(grammar.rules().size(), 2u);
  const auto& document = grammar.rules()[0].alternatives;
  ASSERT_EQ(document.size(), 2u);
  EXPECT_EQ(document[0].weight, 2u);
  EXPECT_EQ(document[1].weight, 1u);
  EXPECT_EQ(document[0].symbols[1].rule, 1);
  EXPECT_EQ(grammar.literal(document[1].symbols[1].literal), "\n");
  const auto& subject = grammar.rules()[1].alternatives;
  EXPECT_EQ(subject[0].symbols[0].store, 'X' - 'A');
  EXPECT_TRUE(subject[0].applies(0));
  EXPECT_FALSE(subject[1].applies(kPlural | kMale | kThing));
  EXPECT_TRUE(subject[1].applies(kPair));
  EXPECT_EQ(grammar.predict(0, 0, grammar.find_literal("one")), 1);
  EXPECT_EQ(grammar.predict(0, 0, grammar.number_terminal()), -1);
}

TEST(Grammar, RefusesAlternativesThatStartAlike) {
  EXPECT_THAT(
      error_of_rules("s = the {noun.sg} | the {noun.pl}"),
      ::testing::HasSubstr(
          "[grammar rule s] alternatives 1 and 2 can both start with \"the\""));
  // Through other rules, and by class.
  EXPECT_THAT(
      error_of_rules("s = $a | 2 $b\na = {noun.sg}\nb = () | {noun.sg} ."),
      ::testing::HasSubstr("rule s] alternatives 1 and 2 can both start with "
                           "{noun.sg}"));
  // Two numbers, though their ranges differ.
  EXPECT_THAT(
      error_of_rules("s = {1..2} | {3..4}"),
      ::testing::HasSubstr("can both start with a number"));
}

TEST(Grammar, RefusesAnEmptyAlternativeThatMayAlsoBeWhatFollows) {
  EXPECT_THAT(
      error_of_rules("s = $a the .\na = () | the {noun.sg}"),
      ::testing::HasSubstr("rule a] alternatives 1 and 2 can both start"));
  // The end of the text follows the start.
  EXPECT_THAT(
      error_of_rules("s = the $a | ()\na = () | ()"),
      ::testing::HasSubstr("can both start with the end"));
}

TEST(Grammar, ConditionsPartAlternatives) {
  const char* rules =
      "s = $number $thing\n"
      "number = one #sg | two #pl\n"
      "thing = [sg] the {noun.sg} | [pl] the {noun.pl}\n";
  const Grammar grammar(rules, small_lexicon());
  EXPECT_DOUBLE_EQ(synthetic_bits(grammar, "One the cat"), 1 + 2);
  EXPECT_ERROR(
      Error, "\"cats\" cannot stand", synthetic_bits(grammar, "One the cats"));
}

TEST(Grammar, RefusesConditionsThatTextDoesNotShow) {
  EXPECT_THAT(
      error_of_rules("s = $a the\na = () #sg | one"),
      ::testing::HasSubstr("can be empty and sets a condition"));
}

TEST(Grammar, SaysWhatIsWrongWithRules) {
  const std::pair<const char*, const char*> kCases[] = {
      {"s = $t", "[grammar rule s] there is no rule $t"},
      {"s = {tree.sg}", "there is no word class tree"},
      {"s = {noun.past}", "noun has no form \"past\""},
      {"s = {X}", "nothing stores into X"},
      {"s = {noun.sg>X} {X+X}", "register X holds no number"},
      {"s = {noun.sg>X} {1..3>X}", "register X holds something else"},
      {"s = {1..9>M} {1..M}", "register M may hold 1"},
      {"s = {9..1}", "no range 9..1"},
      {"s = cat", "cat cannot be a literal"},
      {"s = an", "an cannot be a literal"},
      {"s = The", "The cannot be a literal"},
      {"s = [big] one", "no condition [big]"},
      {"s = #big one", "there is no action #big"},
      {"s = one |", "an empty alternative is written ()"},
      {"s = one\ns = two", "rule s is given twice"},
      {"one s = two", "expected \"name =\" at one"},
      {"s = {noun.sg", "lacks its }"},
  };
  for (const auto& [rules, message] : kCases) {
    EXPECT_THAT(error_of_rules(rules), ::testing::HasSubstr(message)) << rules;
  }
}

TEST(Grammar, SaysWhichRegisterIsNotSet) {
  const Grammar grammar("s = 1000 the {X} | one {noun.sg>X}", small_lexicon());
  SyntheticGenerator generator(grammar, 1);
  EXPECT_ERROR(Error, "register X is used before it is set", generator.next());
}

TEST(Grammar, EnglishPassesTheCheck) {
  EXPECT_GT(english_grammar().rules().size(), 50u);
}

} // namespace
} // namespace nanobrain
