// nanobrain-run score as users run it: the figures of nanobrain eval to the
// last digit.
#include <sstream>

#include "tests/deploy/int8_folder.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

class Score : public DeployTest {
 protected:
  void SetUp() override {
    std::string text;
    for (const auto& document : invented_documents(12, 5)) {
      text += document + "\n\n";
    }
    write("a.txt", text + "latin \xe9\n");
    write("b.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n");
  }
  static inline const std::string kScore = "nanobrain-run score --model model ";
  static inline const std::string kEval = "nanobrain eval --model model ";
};

TEST_F(Score, EqualsNanobrainEval) {
  if (!has_nanobrain()) GTEST_SKIP() << "this build has no nanobrain";
  for (const std::string flags :
       {"--input a.txt",
        "--input a.txt --threads 1",
        "--input a.txt --input b.jsonl",
        "--input a.txt --context 20 --stride 7",
        "--input a.txt --text-documents file --invalid-utf8 replace"}) {
    Json ours = json(kScore + flags);
    Json other = json(kEval + flags);
    for (Json* json : {&ours, &other}) {
      json->erase("tokens_per_s");
      json->erase("commit"); // one may have been built later
    }
    EXPECT_EQ(ours.dump(1), other.dump(1));
    EXPECT_GT(ours["tokens"], 0);
  }
}

TEST_F(Score, SumsTheDocumentsOfItsRowsWhichAreNanobrainEvals) {
  const Json total = json(kScore + "--input a.txt --per-document rows.jsonl");
  std::istringstream rows(read("rows.jsonl"));
  double nats = 0;
  int64_t documents = 0;
  for (std::string row; std::getline(rows, row); ++documents) {
    nats += Json::parse(row)["nats"].get<double>();
  }
  EXPECT_EQ(documents, 12);
  EXPECT_EQ(total["documents"], documents);
  EXPECT_EQ(total["skipped"], 1);
  // Sums of doubles in one order.
  EXPECT_DOUBLE_EQ(total["nats"], nats);

  if (!has_nanobrain()) GTEST_SKIP() << "this build has no nanobrain";
  json(kEval + "--input a.txt --per-document eval.jsonl");
  EXPECT_EQ(read("rows.jsonl"), read("eval.jsonl"));
}

TEST_F(Score, PrintsATable) {
  const std::string table = output(kScore + "--input a.txt");
  EXPECT_THAT(table, HasSubstr("bits/byte"));
  EXPECT_THAT(table, HasSubstr("12 documents, 1 skipped"));
}

TEST_F(Score, WrongRequestsAreRefused) {
  for (const char* name : {"c.txt.gz", "c.parquet", "c.doc", "old.tsv"}) {
    write(name, "x");
  }
  write("blank.txt", "\n \n");
  const std::string score = kScore + "--input ";
  refused(
      1,
      {{score + "c.txt.gz", "c.txt.gz is compressed, which this program does"},
       {score + "c.parquet", "c.parquet is parquet, which this program does"},
       {score + "c.doc", "the extension of"},
       {score + "blank.txt", "there is no token to score"},
       {score + "a.txt --per-document old.tsv", "--force"}});
  refused(
      2,
      {{score + "a.txt --context 51", "context is 51"},
       {score + "a.txt --stride 0", "stride is 0"},
       {score + "a.txt --per-document a.txt", "name"},
       {kScore, "--input"}});
}

} // namespace
} // namespace nanobrain::testing
