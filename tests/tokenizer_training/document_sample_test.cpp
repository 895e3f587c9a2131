#include <algorithm>
#include <map>

#include "nanobrain/tokenizer_training/trainers.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

std::vector<std::string> sample(
    const std::vector<std::string>& documents,
    int64_t max_bytes,
    uint64_t seed = 1) {
  return sample_documents(reader_of(documents), max_bytes, seed);
}

size_t total(const std::vector<std::string>& texts) {
  size_t bytes = 0;
  for (const auto& text : texts) bytes += text.size();
  return bytes;
}

} // namespace

TEST(SampleDocuments, KeepsAllThatFits) {
  auto documents = invented_documents(50);
  auto kept = sample(documents, 1'000'000);
  std::sort(documents.begin(), documents.end());
  std::sort(kept.begin(), kept.end());
  EXPECT_EQ(kept, documents);
}

TEST(SampleDocuments, StaysWithinItsBytes) {
  const auto documents = invented_documents(200);
  for (const int64_t bytes : {1'000, 10'000, 60'000}) {
    const size_t kept = total(sample(documents, bytes));
    EXPECT_LE(kept, static_cast<size_t>(bytes));
    EXPECT_GT(kept, static_cast<size_t>(bytes) - 600); // a document is ~500
  }
  EXPECT_TRUE(sample(documents, 10).empty());
}

TEST(SampleDocuments, EveryPlaceOfTheStreamIsAsLikely) {
  std::vector<std::string> documents;
  for (int i = 0; i < 100; ++i) documents.push_back(std::to_string(100 + i));
  std::map<std::string, int> drawn;
  constexpr int rounds = 2000;
  for (int seed = 0; seed < rounds; ++seed) {
    for (const auto& text : sample(documents, 30, 1000 + seed)) ++drawn[text];
  }
  // Each is drawn 10 times of 100: 200 +- 13.4; 5 sigma for 100 of them.
  for (const auto& text : documents) EXPECT_NEAR(drawn[text], 200, 67) << text;
}

TEST(SampleDocuments, CutsLongDocumentsBeforeSpaces) {
  std::string document;
  while (document.size() < 100'000) document += "word and word\n";
  const auto passages = sample({document}, 1'000'000);
  EXPECT_GE(passages.size(), 6u);
  EXPECT_EQ(total(passages), document.size());
  for (const auto& passage : passages) {
    EXPECT_LE(passage.size(), 16'384u);
    EXPECT_TRUE(
        passage.starts_with("word ") || passage.starts_with(" ") ||
        passage.starts_with("\n"))
        << passage.substr(0, 10);
  }
  // Without a space there is no place to cut.
  const std::string word(50'000, 'a');
  EXPECT_EQ(sample({word}, 100'000), std::vector<std::string>{word});
  EXPECT_EQ(total(sample({" " + word + " b"}, 100'000)), word.size() + 3);
}

} // namespace nanobrain
