#include "nanobrain/tokenizer/gpt2_words.h"

#include "nanobrain/base/json.h"
#include "tests/support/support.h"

namespace nanobrain {

using namespace testing;

namespace {

/// The words of a text, bars between them.
std::string words_of(const std::string& text) {
  std::string words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = gpt2_word_end(text, begin);
    EXPECT_GT(end, begin);
    words += (begin == 0 ? "" : "|") + text.substr(begin, end - begin);
    begin = end;
  }
  return words;
}

void expect_words(
    std::initializer_list<std::pair<const char*, const char*>> cases) {
  for (const auto& [text, words] : cases) EXPECT_EQ(words_of(text), words);
}

} // namespace

TEST(Gpt2Words, TakeTheSpaceBeforeThem) {
  expect_words(
      {{"", ""},
       {"The cat, 12 cats.", "The| cat|,| 12| cats|."},
       {"a1b2", "a|1|b|2"},
       {"x_y ...z", "x|_|y| ...|z"},
       {"naïve 中文 ½ ٣!", "naïve| 中文| ½| ٣|!"}});
}

TEST(Gpt2Words, PartContractions) {
  expect_words(
      {{"I'm he's can't we'll they'd you're I've",
        "I|'m| he|'s| can|'t| we|'ll| they|'d| you|'re| I|'ve"},
       // Lower case alone; whatever follows; not after a space or other marks.
       {"'S 'tis'sun !'s", "'|S| '|tis|'s|un| !'|s"},
       {"'r'v'l'", "'|r|'|v|'|l|'"},
       {"'rex'", "'re|x|'"}});
}

TEST(Gpt2Words, LeaveTheLastSpaceToWhatFollows) {
  expect_words(
      {{"a   b", "a|  | b"},
       {"a   ", "a|   "},
       {"a\n\nb", "a|\n|\n|b"},
       {"a \n b", "a| \n| b"},
       {"a \nb", "a| |\n|b"},
       {"\tb", "\t|b"},
       {"a\u00a0\u3000b", "a|\u00a0|\u3000|b"},
       {"a \u3000", "a| \u3000"}});
}

TEST(CharacterClasses, AreThoseOfUnicode) {
  using namespace std::string_view_literals;
  const auto expect = [](std::u32string_view characters, CharacterClass kind) {
    for (const char32_t c : characters) {
      EXPECT_EQ(character_classes()[c], kind) << static_cast<uint32_t>(c);
    }
  };
  expect(U"azAZªßжא中𝒜ǅʰ"sv, CharacterClass::letter);
  expect(U"09½²Ⅷ٣〇"sv, CharacterClass::number);
  expect(U" \t\n\v\f\r\u0085\u00a0\u2003\u3000"sv, CharacterClass::space);
  // Controls, punctuation, a combining mark, zero-width space, unassigned.
  expect(
      U"\0\x01\x1c\x7f_'$\u0301\u200b\u180e\ufeff\u0378\U0010ffff"sv,
      CharacterClass::other);
  EXPECT_EQ(character_classes()[0xd800], CharacterClass::other);
}

TEST(CharacterClasses, AgreeWithThePeersOnEveryCodePoint) {
  if (!std::filesystem::exists(python())) {
    GTEST_SKIP() << "no test Python: cmake/bootstrap.sh --tests";
  }
  const auto run = run_process(
      {python().string(),
       (source_dir() / "tests" / "tokenizer" / "unicode_classes.py").string()});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json peers = parse_json(run.out, "unicode_classes.py");
  ASSERT_EQ(peers.size(), 2u);
  for (const auto& [peer, classes] : peers.items()) {
    static CharacterClasses expected;
    expected.fill(CharacterClass::other);
    for (const auto& [name, kind] :
         {std::pair("letter", CharacterClass::letter),
          {"number", CharacterClass::number},
          {"space", CharacterClass::space}}) {
      for (const auto& range : classes[name]) {
        for (char32_t c = range[0]; c <= range[1].get<char32_t>(); ++c) {
          expected[c] = kind;
        }
      }
    }
    for (char32_t c = 0; c < expected.size(); ++c) {
      ASSERT_EQ(character_classes()[c], expected[c])
          << peer << ": " << static_cast<uint32_t>(c);
    }
  }
}

} // namespace nanobrain
