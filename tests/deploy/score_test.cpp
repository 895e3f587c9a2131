// nanobrain-run score as users run it: the figures of nanobrain eval to the
// last digit.
#include "tests/deploy/int8_folder.h"

namespace nanobrain {
namespace {

using testing::expect_failure;
using ::testing::HasSubstr;
using testing::json_of;
using testing::read_text;
using testing::run_program;
using testing::write_text;

class Score : public testing::DeployTest {
 protected:
  using Words = std::vector<std::string>;
  void SetUp() override {
    std::string text;
    for (const auto& document : testing::invented_documents(12, 5)) {
      text += document + "\n\n";
    }
    text += "latin \xe9\n";
    write_text(temporary_ / "a.txt", text);
    write_text(
        temporary_ / "b.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n");
  }
  Words with(const Words& more, const std::string& command = "score") const {
    Words words = {command, "--model", model(), "--input", path("a.txt")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string path(const char* name) const {
    return (temporary_ / name).string();
  }
};

TEST_F(Score, EqualsNanobrainEval) {
  if (!has_nanobrain()) GTEST_SKIP() << "this build has no nanobrain";
  for (const Words& more : std::vector<Words>{
           {},
           {"--threads", "1"},
           {"--input", path("b.jsonl")},
           {"--context", "20", "--stride", "7"},
           {"--text-documents", "file", "--invalid-utf8", "replace"}}) {
    Json ours = json_of(with(more));
    Json other = json_of(with(more, "eval"), "nanobrain");
    for (Json* json : {&ours, &other}) {
      json->erase("tokens_per_s");
      json->erase("commit"); // one may have been built later
    }
    EXPECT_EQ(ours.dump(1), other.dump(1));
    EXPECT_GT(ours["tokens"], 0);
  }
}

TEST_F(Score, WritesTheRowsOfNanobrainEval) {
  if (!has_nanobrain()) GTEST_SKIP() << "this build has no nanobrain";
  json_of(with({"--per-document", path("ours.jsonl")}));
  json_of(with({"--per-document", path("eval.jsonl")}, "eval"), "nanobrain");
  EXPECT_EQ(read_text(path("ours.jsonl")), read_text(path("eval.jsonl")));
}

TEST_F(Score, SumsTheDocumentsOfItsRows) {
  const Json json = json_of(with({"--per-document", path("rows.jsonl")}));
  std::istringstream rows(read_text(path("rows.jsonl")));
  double nats = 0;
  int64_t documents = 0;
  for (std::string row; std::getline(rows, row); ++documents) {
    nats += parse_json(row, "row")["nats"].get<double>();
  }
  EXPECT_EQ(documents, 12);
  EXPECT_EQ(json["documents"], documents);
  EXPECT_EQ(json["skipped"], 1);
  // Sums of doubles in one order.
  EXPECT_DOUBLE_EQ(json["nats"], nats);
}

TEST_F(Score, PrintsATable) {
  const auto result = run_program(with({}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("bits/byte"));
  EXPECT_THAT(result.out, HasSubstr("12 documents, 1 skipped"));
}

TEST_F(Score, WrongRequestsAreRefused) {
  const auto refuse = [&](const char* name, const char* why) {
    write_text(temporary_ / name, "x");
    expect_failure(1, why, with({"--input", path(name)}));
  };
  refuse("c.txt.gz", "c.txt.gz is compressed, which this program does not");
  refuse("c.parquet", "c.parquet is parquet, which this program does not");
  refuse("c.doc", "the extension of");
  write_text(temporary_ / "blank.txt", "\n \n");
  expect_failure(
      1,
      "there is no token to score",
      {"score", "--model", model(), "--input", path("blank.txt")});
  expect_failure(2, "context is 51", with({"--context", "51"}));
  expect_failure(2, "stride is 0", with({"--stride", "0"}));
  expect_failure(2, "name", with({"--per-document", path("a.txt")}));
  write_text(temporary_ / "old.tsv", "");
  expect_failure(1, "--force", with({"--per-document", path("old.tsv")}));
  expect_failure(2, "--input", {"score", "--model", model()});
}

} // namespace
} // namespace nanobrain
