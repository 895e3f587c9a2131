#include "nanobrain/data/lexicon.h"

#include "nanobrain/base/error.h"
#include "nanobrain/data/inflection.h"
#include "nanobrain/data/lexicon_words.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Inflection, FollowsTheRulesOfSpelling) {
  EXPECT_EQ(add_s("sail"), "sails");
  EXPECT_EQ(add_s("box"), "boxes");
  EXPECT_EQ(add_s("brush"), "brushes");
  EXPECT_EQ(add_s("ferry"), "ferries");
  EXPECT_EQ(add_s("essay"), "essays");
  EXPECT_EQ(add_ed("carve", false), "carved");
  EXPECT_EQ(add_ed("carry", false), "carried");
  EXPECT_EQ(add_ed("chop", true), "chopped");
  EXPECT_EQ(add_ed("delay", false), "delayed");
  EXPECT_EQ(add_ing("carve", false), "carving");
  EXPECT_EQ(add_ing("carry", false), "carrying");
  EXPECT_EQ(add_ing("knit", true), "knitting");
  EXPECT_EQ(add_ly("bold"), "boldly");
  EXPECT_EQ(add_ly("merry"), "merrily");
  EXPECT_EQ(add_ly("gentle"), "gently");
  EXPECT_EQ(add_ly("energetic"), "energetically");
  EXPECT_EQ(add_ly("sole"), "solely");
  EXPECT_EQ(indefinite_article("anchor"), "an");
  EXPECT_EQ(indefinite_article("sail"), "a");
}

TEST(Lexicon, EnglishHasThousandsOfWords) {
  const Lexicon lexicon = make_english_lexicon();
  EXPECT_GT(lexicon.num_surface_forms(), 3000);
  EXPECT_EQ(lexicon.num_topics(), std::ssize(topic_words()));
  EXPECT_GE(lexicon.num_topics(), 20);
}

TEST(Lexicon, FindsEveryFormAsItself) {
  const Lexicon lexicon = make_english_lexicon();
  int64_t forms = 0;
  for (size_t c = 0; c < lexicon.classes().size(); ++c) {
    const auto& words = lexicon.classes()[c].words;
    EXPECT_FALSE(words.empty()) << lexicon.classes()[c].name;
    for (size_t w = 0; w < words.size(); ++w) {
      ASSERT_EQ(words[w].forms.size(), lexicon.classes()[c].forms.size());
      for (size_t f = 0; f < words[w].forms.size(); ++f, ++forms) {
        const auto* entry = lexicon.find(words[w].forms[f]);
        ASSERT_NE(entry, nullptr);
        EXPECT_EQ(entry->word_class, static_cast<int>(c));
        EXPECT_EQ(entry->word, static_cast<int>(w));
        EXPECT_EQ(entry->form, static_cast<int>(f));
      }
    }
  }
  EXPECT_EQ(forms, lexicon.num_surface_forms());
  EXPECT_EQ(lexicon.find("Anchor"), nullptr);
  EXPECT_TRUE(lexicon.contains_in_any_case("Anchor"));
  EXPECT_FALSE(lexicon.contains_in_any_case("the"));
}

TEST(Lexicon, RefusesTheSameFormTwice) {
  const WordClass nouns{"noun", {"sg", "pl"}, {{{"sail", "sails"}, 0, 1}}};
  const WordClass verbs{"verb", {"base"}, {{{"Sail"}, -1, 1}}};
  EXPECT_ERROR(
      Error,
      "\"Sail\" of class verb is a word of class noun already",
      Lexicon({nouns, verbs}));
}

TEST(Lexicon, TopicsFavourTheirOwnWords) {
  const Lexicon lexicon(
      {{"noun",
        {"sg"},
        {{{"sail"}, 0, 10}, {{"barn"}, 1, 10}, {{"box"}, -1, 10}}}});
  EXPECT_GT(lexicon.weight(0, 0, 0), lexicon.weight(0, 2, 0));
  EXPECT_GT(lexicon.weight(0, 2, 0), lexicon.weight(0, 1, 0));
  EXPECT_GT(lexicon.weight(0, 1, 0), 0u);
  EXPECT_EQ(lexicon.weight(0, 0, 0), lexicon.weight(0, 1, 1));
  EXPECT_EQ(lexicon.weight(0, 2, lexicon.deciding_topic()), 0u);
  EXPECT_EQ(lexicon.weight(0, 1, lexicon.deciding_topic()), 10u);
  for (int topic = 0; topic <= lexicon.deciding_topic(); ++topic) {
    EXPECT_EQ(
        lexicon.total_weight(0, topic),
        uint64_t{lexicon.weight(0, 0, topic)} + lexicon.weight(0, 1, topic) +
            lexicon.weight(0, 2, topic));
  }
}

} // namespace
} // namespace nanobrain
