// The ids of tokenizers beside those of other programs.
#include <iterator>
#include <sstream>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/conversion.h"
#include "nanobrain/tokenizer/gpt2_tokenizer.h"
#include "nanobrain/tokenizer/gpt2_words.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;
namespace {

constexpr const char* kNoData = "no shared data here";

Gpt2Files published_files() {
  const fs::path folder = shared_data() / "gpt2_tokenizer";
  return {folder / "encoder.json", folder / "vocab.bpe"};
}

/// Runs a script of this folder on a JSON file of texts; what it writes.
Json ask_peers(
    const std::string& script,
    std::vector<std::string> arguments,
    const Json& texts,
    const std::vector<std::string>& more = {}) {
  const TempDir dir;
  write_text(dir / "texts.json", texts.dump());
  std::vector<std::string> command = {
      python().string(),
      (source_dir() / "tests" / "tokenizer" / script).string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.push_back((dir / "texts.json").string());
  command.push_back((dir / "result.json").string());
  command.insert(command.end(), more.begin(), more.end());
  const auto run = run_process(command);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return read_json(dir / "result.json");
}

/// Compares words and ids with Hugging Face tokenizers, and ids with tiktoken.
void expect_same_ids(
    const Gpt2Files& files,
    const std::vector<std::string>& texts,
    const std::vector<std::string>& more = {"tiktoken"}) {
  const auto tokenizer = load_tokenizer(files.vocab);
  const Json peers = ask_peers(
      "gpt2_ids.py",
      {files.vocab.string(), files.merges.string()},
      texts,
      more);
  ASSERT_EQ(peers.size(), 2 + more.size());
  for (const auto& [peer, results] : peers.items()) {
    ASSERT_EQ(results.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string& text = texts[i];
      std::vector<TokenId> expected = tokenizer->encode(text);
      ASSERT_EQ(tokenizer->decode(expected), text);
      if (peer == "words") {
        expected.clear();
        for (size_t begin = 0; begin < text.size();) {
          const size_t end = gpt2_word_end(text, begin);
          expected.push_back(static_cast<TokenId>(end - begin));
          begin = end;
        }
      }
      ASSERT_EQ(results[i].get<std::vector<TokenId>>(), expected)
          << peer << ", text " << i << ": " << text.substr(0, 500);
    }
  }
}

struct SavedCase {
  std::shared_ptr<const Tokenizer> tokenizer;
  std::vector<std::string> texts;
};

/// Saves the tokenizers as a model's folder holds them and lets transformers'
/// AutoTokenizer encode the texts.
void expect_same_ids_when_saved(const std::vector<SavedCase>& cases) {
  const TempDir dir;
  Json asked = Json::array();
  for (const auto& [tokenizer, texts] : cases) {
    const fs::path folder = dir / std::to_string(asked.size());
    fs::create_directory(folder);
    tokenizer->save(folder);
    write_text(folder / "config.json", R"({"model_type": "gpt2"})");
    asked.push_back({{"folder", folder.string()}, {"texts", texts}});
  }
  const Json results = ask_peers("huggingface_ids.py", {}, asked);
  ASSERT_EQ(results.size(), cases.size());
  for (size_t c = 0; c < cases.size(); ++c) {
    const auto& [tokenizer, texts] = cases[c];
    const Json& result = results[c];
    EXPECT_EQ(result["eos"], tokenizer->end_of_text());
    EXPECT_EQ(result["bos"], tokenizer->end_of_text());
    EXPECT_EQ(result["size"], tokenizer->vocab_size());
    ASSERT_EQ(result["ids"].size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto ids = result["ids"][i].get<std::vector<TokenId>>();
      ASSERT_EQ(ids, tokenizer->encode(texts[i]))
          << "case " << c << ", text " << i << ": " << texts[i].substr(0, 500);
      EXPECT_EQ(result["decoded"][i].get<std::string>(), texts[i]) << i;
    }
  }
}

std::vector<std::string> unicode_texts() {
  auto texts = hard_texts();
  Random random(40);
  for (int i = 0; i < 1000; ++i) texts.push_back(random_text(random));
  // What the pattern treats apart, close together.
  const auto parts = split_at_bars(
      "a|B|é|中|1|½| | |  |\n|\u00a0|\u3000|'|'s|'ll|'RE|!|-|\u0301|\U0001f600|"
      "\u200b");
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (uint64_t n = random.below(20); n > 0; --n) {
      text += parts[random.below(parts.size())];
    }
    texts.push_back(text);
  }
  texts.push_back(random_of("abeingr", 300'000, random));
  return texts;
}

} // namespace

TEST(Gpt2Peers, PublishedVectors) {
  if (shared_data().empty()) GTEST_SKIP() << kNoData;
  const auto tokenizer = load_tokenizer(shared_data() / "gpt2_tokenizer");
  EXPECT_EQ(tokenizer->vocab_size(), 50'257);
  EXPECT_EQ(tokenizer->end_of_text(), 50'256);
  const fs::path folder = shared_data() / "gpt2_tokenizer";
  const std::string separator = "\n__ggml_vocab_test__\n";
  const std::string input = read_text(folder / "vectors.inp");
  std::istringstream output(read_text(folder / "vectors.out"));
  size_t compared = 0;
  for (size_t begin = 0; begin < input.size(); ++compared) {
    const size_t end = std::min(input.find(separator, begin), input.size());
    const std::string text = input.substr(begin, end - begin);
    std::string line;
    ASSERT_TRUE(std::getline(output, line));
    std::istringstream words(line);
    const std::vector<TokenId> ids{std::istream_iterator<TokenId>(words), {}};
    EXPECT_EQ(tokenizer->encode(text), ids) << text;
    EXPECT_EQ(tokenizer->decode(ids), text);
    begin = end + separator.size();
  }
  EXPECT_EQ(compared, 46u);
}

TEST(Gpt2Peers, TheSameIdsForUnicode) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  const TempDir dir;
  gpt2_text(learned_merges()).write(dir.path());
  expect_same_ids({dir / "vocab.json", dir / "merges.txt"}, unicode_texts());
}

TEST(Gpt2Peers, TheSameIdsForUnicodeWithThePublishedVocabulary) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  if (shared_data().empty()) GTEST_SKIP() << kNoData;
  expect_same_ids(published_files(), unicode_texts());
}

TEST(Gpt2Peers, TheSameIdsForProse) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  if (shared_data().empty()) GTEST_SKIP() << kNoData;
  const auto archive = shared_data() / "standin" / "standin_train.txt.xz";
  const auto run = run_process(
      {"bash", "-c", "xz -dc '" + archive.string() + "' | head -c 2000000"});
  // Without the last document: it may be cut off within a character.
  const auto texts = split_documents(run.out.substr(0, run.out.rfind("\n\n")));
  ASSERT_GT(texts.size(), 100u);
  expect_same_ids(published_files(), texts);
}

TEST(Gpt2Peers, TheSameIdsWherePiecesAreMadeInSeveralWays) {
  // tiktoken knows pieces, not pairs: beside Hugging Face alone.
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  const TempDir dir;
  gpt2_text({{"b", "c"},
             {"a", "b"},
             {"a", "a"},
             {"a", "bc"},
             {"ab", "c"},
             {"abc", "abc"},
             {"aa", "a"},
             {"a", "aa"},
             {"aa", "aa"},
             {"aaa", "a"}})
      .write(dir.path());
  Random random(41);
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) {
    texts.push_back(random_of("aabc ", random.below(40), random));
  }
  expect_same_ids({dir / "vocab.json", dir / "merges.txt"}, texts, {});
}

/// Pieces that overlap themselves ("aa", "aaa", "aba") are where the order of
/// merges with the same result could differ.
std::vector<std::string> repetitions() {
  Random random(11);
  std::vector<std::string> texts(3000);
  for (std::string& text : texts) {
    for (uint64_t n = 10 + random.below(60); n > 0; --n) {
      text += "aab "[random.below(random.below(2) ? 4 : 2)];
    }
  }
  return texts;
}

TEST(HuggingFaceTokenizer, GivesTheSameIds) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  std::vector<SavedCase> cases = {
      {small_gpt2_tokenizer(), unicode_texts()},
      {small_tokenizer(), unicode_texts()},
      {trained_on(repetitions(), {.vocab_size = 700}), repetitions()}};
  if (!shared_data().empty()) {
    cases[0].tokenizer = load_tokenizer(shared_data() / "gpt2_tokenizer");
    const fs::path archive = shared_data() / "standin" / "standin_val.txt.xz";
    const auto texts = split_documents(run_process({"xz", "-dc", archive}).out);
    ASSERT_GT(texts.size(), 100u);
    cases.push_back(
        {trained_on(texts, {.vocab_size = 4096, .sample_bytes = 1'000'000}),
         texts});
  }
  expect_same_ids_when_saved(cases);
}

} // namespace nanobrain
