#include "nanobrain/tokenizer/huggingface_tokenizer.h"

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/id_text.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

/// Saves the tokenizer as a model's folder holds it and lets transformers'
/// AutoTokenizer encode the texts.
void expect_same_ids(
    const SentencePieceTokenizer& tokenizer,
    const std::vector<std::string>& texts) {
  if (!std::filesystem::exists(python())) {
    GTEST_SKIP() << "no test Python: cmake/bootstrap.sh --tests";
  }
  const TempDir dir;
  tokenizer.save(dir.path());
  write_text(dir / "config.json", R"({"model_type": "gpt2"})");
  write_text(dir / "texts.json", Json(texts).dump());
  const auto run = run_process(
      {python().string(),
       (source_dir() / "tests" / "tokenizer" / "huggingface_ids.py").string(),
       dir.path().string(),
       (dir / "texts.json").string(),
       (dir / "ids.json").string()});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json result = read_json(dir / "ids.json");
  EXPECT_EQ(result["eos"], tokenizer.end_of_text());
  EXPECT_EQ(result["bos"], tokenizer.end_of_text());
  EXPECT_EQ(result["size"], tokenizer.vocab_size());
  ASSERT_EQ(result["ids"].size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto ids = result["ids"][i].get<std::vector<TokenId>>();
    ASSERT_EQ(ids, tokenizer.encode(texts[i]))
        << "text " << i << ": " << texts[i].substr(0, 500);
    EXPECT_EQ(result["decoded"][i].get<std::string>(), texts[i]) << i;
  }
}

} // namespace

TEST(HuggingFaceTokenizer, GivesTheSameIdsForHardTexts) {
  auto texts = hard_texts();
  Random random(10);
  for (int i = 0; i < 2000; ++i) texts.push_back(random_text(random));
  expect_same_ids(*small_tokenizer(), texts);
}

TEST(HuggingFaceTokenizer, GivesTheSameIdsForRepetitions) {
  // Pieces that overlap themselves ("aa", "aaa", "aba") are where the order of
  // merges with the same result could differ.
  Random random(11);
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (uint64_t n = 10 + random.below(60); n > 0; --n) {
      text += "aab "[random.below(random.below(2) ? 4 : 2)];
    }
    texts.push_back(text);
  }
  const auto tokenizer =
      train_sentencepiece(reader_of(texts), {.vocab_size = 700}).tokenizer;
  expect_same_ids(*tokenizer, texts);
}

TEST(HuggingFaceTokenizer, GivesTheSameIdsForProse) {
  if (shared_data().empty()) GTEST_SKIP() << "no shared data here";
  const auto run = run_process(
      {"xz",
       "-dc",
       (shared_data() / "standin" / "standin_val.txt.xz").string()});
  ASSERT_EQ(run.exit_code, 0);
  const auto texts = split_documents(run.out);
  ASSERT_GT(texts.size(), 100u);
  const auto tokenizer =
      train_sentencepiece(
          reader_of(texts), {.vocab_size = 4096, .sample_bytes = 1'000'000})
          .tokenizer;
  expect_same_ids(*tokenizer, texts);
}

} // namespace nanobrain
