#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer_training/trainers.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;
using namespace ::testing;

namespace {

std::vector<std::pair<std::string, int64_t>> counts_of(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, int64_t>> list;
  for (const auto& [word, count] : count_words(texts)) {
    list.emplace_back(word, count);
  }
  return list;
}

} // namespace

TEST(CountWords, AWordBeginsWithItsSpace) {
  EXPECT_THAT(
      counts_of({"the cat the", "the  end."}),
      UnorderedElementsAre(
          Pair("the", 2),
          Pair(" cat", 1),
          Pair(" the", 1),
          Pair(" ", 1),
          Pair(" end.", 1)));
}

TEST(CountWords, SomeCharactersPartWordsAndStayOut) {
  using namespace std::string_literals;
  EXPECT_THAT(
      counts_of({"a\nb\tc\0d\u2581e\u2585f\u2582g h\n i\n"s}),
      UnorderedElementsAre(
          Pair("a", 1),
          Pair("b", 1),
          Pair("c", 1),
          Pair("d", 1),
          Pair("e", 1),
          Pair("f\u2582g", 1),
          Pair(" h", 1),
          Pair(" i", 1)));
}

TEST(CountWords, CutsLongWordsBetweenCharacters) {
  std::string word = "x";
  for (int i = 0; i < 1000; ++i) word += "学";
  size_t bytes = 0;
  const std::vector<std::string> texts = {word};
  for (const auto& [part, count] : count_words(texts)) {
    EXPECT_LE(part.size(), 1024u);
    EXPECT_TRUE(is_valid_utf8(part));
    bytes += part.size() * static_cast<size_t>(count);
  }
  EXPECT_EQ(bytes, word.size());
}

TEST(TrainSentencePiece, LearnsThePiecesThatSentencePieceLearnsFromLines) {
  // The library counts the words of whole lines itself there.
  auto documents = invented_documents(100);
  std::string model = model_with("character_coverage", "0.99995");
  const auto expected = parse_sentencepiece_model(model, "lines");
  const auto ours = trained_on(documents, {.vocab_size = 400})->model();
  ASSERT_EQ(ours.pieces.size(), expected.pieces.size());
  for (size_t id = 2; id < ours.pieces.size(); ++id) {
    EXPECT_EQ(ours.pieces[id].text, expected.pieces[id].text);
  }
}

TEST(TrainSentencePiece, RefusesWhatCannotBe) {
  const auto fault_of = [](const std::vector<std::string>& documents) {
    return error_of<Error>([&] { trained_on(documents, {.vocab_size = 270}); });
  };
  EXPECT_THAT(
      fault_of(invented_documents(50)),
      ::testing::MatchesRegex(
          ".tokenizer train. a vocabulary of 270 is too small for the "
          "sample's characters; ask for [0-9]+ or more"));
  EXPECT_THAT(fault_of({}), HasSubstr("there is no text to train on"));
  EXPECT_THAT(fault_of({"", "\n"}), HasSubstr("there is no text to train on"));
  EXPECT_THAT(fault_of({"abc\xff"}), HasSubstr("not valid UTF-8"));
}

TEST(TrainSentencePiece, TakesTextsThatSentencePieceSkips) {
  // A line of more than 4,192 bytes, a word of more than 65,535 characters,
  // NUL, and characters that SentencePiece reserves for itself.
  auto documents = invented_documents(100);
  std::string line;
  for (const auto& text : documents) line += text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += std::string(100'000, 'z') + std::string(3, '\0') + " \u2585 \u2581 ";
  for (int i = 0; i < 50; ++i) line += " qqqqq\u2585qqqqq\tqqqqq";
  const auto tokenizer = trained_on({line}, {.vocab_size = 700});
  bool has_word = false;
  for (const auto& piece : tokenizer->model().pieces) {
    has_word = has_word || piece.text == "qqqqq";
    for (const char* reserved : {"\u2585", "\t", "\n"}) {
      EXPECT_EQ(piece.text.find(reserved), std::string::npos);
    }
  }
  EXPECT_TRUE(has_word);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(line)), line);
}

TEST(TrainSentencePiece, SpecialPiecesInTheTextStayText) {
  auto documents = invented_documents(100);
  for (auto& text : documents) text += " <|endoftext|> <unk> <0x41>";
  const auto tokenizer = trained_on(documents, {.vocab_size = 700});
  const std::string text = "<|endoftext|><unk><0x41>";
  const auto ids = tokenizer->encode(text);
  EXPECT_EQ(tokenizer->decode(ids), text);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), tokenizer->end_of_text()), 0);
}

} // namespace nanobrain
