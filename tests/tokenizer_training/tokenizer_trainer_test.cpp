#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

class TrainKind : public ::testing::TestWithParam<std::string> {
 protected:
  Trained train(
      const std::vector<std::string>& documents,
      TokenizerTraining training) const {
    training.kind = GetParam();
    return train_tokenizer(reader_of(documents), training);
  }
};

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    TrainKind,
    ::testing::Values("sentencepiece", "lexical"),
    [](const auto& info) { return info.param; });

TEST_P(TrainKind, MakesAsManyPiecesAsAskedAndMeasuresThem) {
  const auto documents = invented_documents(200);
  int64_t bytes = 0;
  for (const auto& text : documents) bytes += std::ssize(text);
  double least = 1.0; // bytes alone
  for (const int64_t vocab_size : {400, 777, 960}) {
    const auto trained = train(documents, {.vocab_size = vocab_size});
    EXPECT_EQ(trained.tokenizer->vocab_size(), vocab_size);
    int64_t tokens = 0;
    for (const auto& text : documents) {
      const auto ids = trained.tokenizer->encode(text);
      tokens += std::ssize(ids);
      ASSERT_EQ(trained.tokenizer->decode(ids), text);
    }
    EXPECT_EQ(trained.sample_bytes, bytes);
    EXPECT_EQ(trained.sample_tokens, tokens);
    EXPECT_GT(trained.bytes_per_token(), least);
    least = trained.bytes_per_token();
  }
}

TEST_P(TrainKind, IsDeterministic) {
  const auto documents = invented_documents(300);
  TokenizerTraining sampled = {
      .vocab_size = 500, .sample_bytes = 50'000, .seed = 1};
  const auto first = train(documents, sampled);
  EXPECT_EQ(
      train(documents, sampled).tokenizer->hash(), first.tokenizer->hash());
  EXPECT_LE(first.sample_bytes, 50'000);
  sampled.seed = 2;
  EXPECT_NE(
      train(documents, sampled).tokenizer->hash(), first.tokenizer->hash());
}

TEST_P(TrainKind, NamesTheLargestVocabularyThatIsPossible) {
  // And 3,000 rare words that share endings: parts of words count.
  std::string rare;
  Random random(41);
  for (int i = 0; i < 3000; ++i) {
    rare += random_of("abcdefghij", 5, random);
    rare += i % 3 == 0 ? "ation\n" : i % 3 == 1 ? "ness\n" : "ingly\n";
  }
  for (const auto& documents : {invented_documents(3), std::vector{rare}}) {
    const std::string message =
        error_of<Error>([&] { train(documents, {.vocab_size = 32'294}); });
    EXPECT_THAT(
        message, ::testing::HasSubstr("not for 32,294; ask for at most"));
    const std::string at_most = "at most ";
    const int64_t most =
        std::stoll(message.substr(message.find(at_most) + at_most.size()));
    EXPECT_EQ(
        train(documents, {.vocab_size = most}).tokenizer->vocab_size(), most);
    EXPECT_ERROR(
        Error, "ask for at most", train(documents, {.vocab_size = most + 1}));
  }
}

TEST_P(TrainKind, RefusesOptionsOutOfRange) {
  const auto documents = invented_documents(5);
  EXPECT_ERROR(
      UsageError,
      "the sample must have",
      train(documents, {.sample_bytes = 0}));
  const int64_t fixed = GetParam() == "lexical" ? 295 : 258;
  EXPECT_ERROR(
      UsageError,
      fmt::format(
          "a vocabulary of {0} is too small; {0} pieces are always there",
          fixed),
      train(documents, {.vocab_size = fixed}));
}

} // namespace

TEST(TrainTokenizer, WritesAFolderOrTheKindsFile) {
  const auto documents = invented_documents(100);
  const TempDir dir;
  for (const auto& [kind, file, folder_file] :
       {std::tuple("sentencepiece", "a.model", "tokenizer.model"),
        std::tuple("lexical", "a.json", "tokenizer.lexical.json")}) {
    const TokenizerTraining training = {.kind = kind, .vocab_size = 500};
    const auto train_to = [&](const std::string& name, bool replace) {
      return train_tokenizer(
          reader_of(documents), training, dir / name, replace);
    };
    const auto trained = train_to(kind, false);
    EXPECT_EQ(trained.tokenizer->kind(), kind);
    EXPECT_EQ(trained.tokenizer->vocab_size(), 500);
    EXPECT_GT(trained.bytes_per_token(), 1.5);
    EXPECT_ERROR(Error, "exists already", train_to(kind, true));

    train_to(file, false);
    EXPECT_EQ(read_text(dir / file), read_text(dir / kind / folder_file));
    EXPECT_EQ(load_tokenizer(dir / file)->hash(), trained.tokenizer->hash());
    EXPECT_ERROR(Error, "pass --force to replace it", train_to(file, false));
    train_to(file, true);
  }
}

TEST(TrainTokenizer, RefusesOtherKinds) {
  EXPECT_ERROR(
      UsageError,
      "the kind must be sentencepiece or lexical, but is \"words\"",
      trained_on({}, {.kind = "words"}));
}

} // namespace nanobrain
