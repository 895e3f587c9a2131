#include "nanobrain/tokenizer/unicode_class.h"

#include "nanobrain/base/json.h"
#include "tests/support/support.h"

namespace nanobrain {

using namespace testing;

TEST(UnicodeClass, KnowsTheClasses) {
  using namespace std::string_view_literals;
  const auto& classes = character_classes();
  for (const char32_t c : U"azAZªßжא中𝒜ǅʰ"sv) {
    EXPECT_EQ(classes[c], CharacterClass::letter) << +c;
  }
  for (const char32_t c : U"09½²Ⅷ٣〇"sv) {
    EXPECT_EQ(classes[c], CharacterClass::number) << +c;
  }
  for (const char32_t c : U" \t\n\v\f\r\u0085\u00a0\u2003\u3000"sv) {
    EXPECT_EQ(classes[c], CharacterClass::space) << +c;
  }
  // Controls, punctuation, a combining mark, zero-width space, unassigned.
  for (const char32_t c : U"\x01\x1c\x7f_'$\u0301\u200b\u180e\ufeff\u0378"sv) {
    EXPECT_EQ(classes[c], CharacterClass::other) << +c;
  }
  EXPECT_EQ(classes[0], CharacterClass::other);
  EXPECT_EQ(classes[0xd800], CharacterClass::other);
  EXPECT_EQ(classes[0x10ffff], CharacterClass::other);
}

TEST(UnicodeClass, AgreesWithThePeersOnEveryCodePoint) {
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
