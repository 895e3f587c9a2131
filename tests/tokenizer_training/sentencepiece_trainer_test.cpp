#include "nanobrain/tokenizer_training/sentencepiece_trainer.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

Trained<SentencePieceTokenizer> train(
    const std::vector<std::string>& documents,
    const TokenizerTraining& options) {
  return train_sentencepiece(reader_of(documents), options);
}

} // namespace

TEST(TrainSentencePiece, LearnsThePiecesThatSentencePieceLearnsFromLines) {
  // The library counts the words of whole lines itself there.
  auto documents = invented_documents(100);
  std::string model = model_with("character_coverage", "0.99995");
  const auto expected = parse_sentencepiece_model(model, "lines");
  const auto ours = train(documents, {.vocab_size = 400}).tokenizer->model();
  ASSERT_EQ(ours.pieces.size(), expected.pieces.size());
  for (size_t id = 2; id < ours.pieces.size(); ++id) {
    EXPECT_EQ(ours.pieces[id].text, expected.pieces[id].text);
  }
}

TEST(TrainSentencePiece, RefusesWhatCannotBe) {
  const auto documents = invented_documents(50);
  EXPECT_ERROR(
      UsageError,
      "a vocabulary of 258 is too small",
      train(documents, {.vocab_size = 258}));
  const std::string too_small =
      error_of<Error>([&] { train(documents, {.vocab_size = 270}); });
  EXPECT_THAT(
      too_small,
      ::testing::MatchesRegex(
          ".tokenizer train. a vocabulary of 270 is too small for the "
          "sample's characters; ask for [0-9]+ or more"));
  EXPECT_ERROR(Error, "there is no text to train on", train({}, {}));
  EXPECT_ERROR(Error, "there is no text to train on", train({"", "\n"}, {}));
  EXPECT_ERROR(Error, "not valid UTF-8", train({"abc\xff"}, {}));
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
  const auto trained = train({line}, {.vocab_size = 700});
  bool has_word = false;
  for (const auto& piece : trained.tokenizer->model().pieces) {
    has_word = has_word || piece.text == "qqqqq";
    for (const char* reserved : {"\u2585", "\t", "\n"}) {
      EXPECT_EQ(piece.text.find(reserved), std::string::npos);
    }
  }
  EXPECT_TRUE(has_word);
  EXPECT_EQ(trained.tokenizer->decode(trained.tokenizer->encode(line)), line);
}

TEST(TrainSentencePiece, SpecialPiecesInTheTextStayText) {
  auto documents = invented_documents(100);
  for (auto& text : documents) text += " <|endoftext|> <unk> <0x41>";
  const auto tokenizer = train(documents, {.vocab_size = 700}).tokenizer;
  const std::string text = "<|endoftext|><unk><0x41>";
  const auto ids = tokenizer->encode(text);
  EXPECT_EQ(tokenizer->decode(ids), text);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), tokenizer->end_of_text()), 0);
}

} // namespace nanobrain
