#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

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

TEST(TrainTokenizer, TakesTheKindsSampleUnlessTold) {
  const auto documents = invented_documents(100);
  const TempDir dir;
  TokenizerTraining training = {.kind = "lexical", .vocab_size = 400};
  const auto all =
      train_tokenizer(reader_of(documents), training, dir / "all", false);
  EXPECT_GT(all.sample_bytes, 40'000);
  training.sample_bytes = 20'000;
  const auto some =
      train_tokenizer(reader_of(documents), training, dir / "some", false);
  EXPECT_LE(some.sample_bytes, 20'000);
}

TEST(TrainTokenizer, RefusesOtherKinds) {
  const auto no_documents = [](std::string&) { return false; };
  const TempDir dir;
  EXPECT_ERROR(
      UsageError,
      "the kind must be sentencepiece or lexical, but is \"words\"",
      train_tokenizer(no_documents, {.kind = "words"}, dir / "words", false));
}

} // namespace nanobrain
