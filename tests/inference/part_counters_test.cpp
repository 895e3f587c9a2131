#include "nanobrain/inference/part_counters.h"

#include <numeric>

#include "nanobrain/base/error.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using namespace ::testing;

/// Token files and texts of bytes, and what is counted over them.
class PartCounters : public ::testing::Test {
 protected:
  PartCounters() { request_.text.inputs = {dir_ / "val.tokens"}; }

  fs::path write_tokens(
      const std::string& name, const std::vector<std::string>& documents) {
    TokenFileWriter writer(dir_ / name, tokenizer_);
    for (const std::string& document : documents) {
      writer.append(
          tokenizer_.encode(document), static_cast<int64_t>(document.size()));
    }
    writer.finish();
    return dir_ / name;
  }
  LossParts count(
      const std::string& by, const std::vector<ScoredToken>& tokens) {
    const auto counter = make_part_counter(by, request_, tokenizer_);
    for (const ScoredToken& token : tokens) counter->add(token);
    EvalReport report;
    counter->finish(report);
    return report.parts.at(0);
  }
  /// One nat a token.
  std::vector<ScoredToken> tokens_of(const std::vector<std::string>& texts) {
    std::vector<ScoredToken> tokens;
    for (const std::string& text : texts) {
      for (const TokenId id : tokenizer_.encode(text)) {
        tokens.push_back({id, 1.0, 1});
      }
      tokens.push_back({ByteTokenizer::kEndOfText, 1.0, 1});
    }
    return tokens;
  }

  TempDir dir_;
  ByteTokenizer tokenizer_;
  EvalRequest request_;
};

TEST_F(PartCounters, PositionsAreInPowersOfTwo) {
  const LossParts parts = count(
      "position",
      {{'a', 1.0, 1},
       {'b', 2.0, 2},
       {'c', {}, 3}, // not scored
       {'c', 4.0, 3},
       {ByteTokenizer::kEndOfText, 8.0, 4},
       {'e', 16.0, 5},
       {'f', 32.0, 8},
       {'g', 64.0, 33},
       {'h', 73.0, 64}});
  const Json rows = parts.table().json();
  ASSERT_EQ(rows.size(), 5); // none without tokens
  EXPECT_EQ(rows[0]["part"], "1");
  EXPECT_EQ(rows[1]["part"], "2");
  EXPECT_EQ(rows[2]["part"], "3 to 4");
  EXPECT_EQ(rows[3]["part"], "5 to 8");
  EXPECT_EQ(rows[4]["part"], "33 to 64");
  EXPECT_EQ(rows[2]["tokens"], 2);
  EXPECT_EQ(rows[2]["bytes"], 1); // an end-of-text has none
  EXPECT_EQ(rows[2]["nats"], 12);
  EXPECT_EQ(rows[2]["nats_per_token"], 6);
  EXPECT_DOUBLE_EQ(rows[2]["bits_per_byte"], 12 / std::log(2.0));
  EXPECT_DOUBLE_EQ(rows[2]["share_of_nats"], 0.06); // of 200
  EXPECT_EQ(rows[3]["nats"], 48);
  EXPECT_THAT(
      parts.table().text(), ContainsRegex("33 to 64 +2 +2 +68.5 % +68.5000"));
}

TEST_F(PartCounters, RanksAreInDecades) {
  // a 13 times, b 12, and so on to l twice: the end-of-text is the 13th.
  std::string text;
  for (char c = 'a'; c <= 'l'; ++c) text.append('n' - c, c);
  request_.baseline_tokens = write_tokens("train.tokens", {text});
  write_text(dir_ / "config.json", "{}"); // a model that says nothing
  request_.model = dir_.path();
  auto tokens = tokens_of({"jjk", "z"});
  const LossParts parts = count("frequency", tokens);
  ASSERT_EQ(parts.parts.size(), 3);
  EXPECT_EQ(parts.parts[0].name, "1 to 10");
  EXPECT_EQ(parts.parts[0].loss.nats, 2);
  EXPECT_EQ(parts.parts[1].name, "11 to 13");
  EXPECT_EQ(parts.parts[1].loss.nats, 3);
  EXPECT_EQ(parts.parts[1].loss.bytes, 1);
  EXPECT_EQ(parts.parts[2].name, "not in training");
  EXPECT_EQ(parts.parts[2].loss.nats, 1);
  EXPECT_THAT(parts.note, HasSubstr("91 training tokens: all of train.tokens"));

  request_.baseline_limit = 26; // a, b and one c
  const LossParts fewer = count("frequency", tokens);
  EXPECT_EQ(fewer.parts[0].name, "1 to 3");
  EXPECT_EQ(fewer.parts[1].loss.nats, 6);

  request_.baseline_tokens.reset();
  EXPECT_ERROR(
      UsageError,
      "those of the model are not known; name them by --baseline-tokens",
      count("frequency", tokens));
}

TEST_F(PartCounters, SourcesAreTheInputsOfATextOrOfPrepare) {
  const std::vector<std::string> documents = {"one", "two", "3", "four"};
  write_text(dir_ / "a.txt", "one\n\ntwo\n");
  fs::create_directory(dir_ / "folder");
  write_text(dir_ / "folder/b.txt", "3\n");
  write_text(dir_ / "folder/c.jsonl", "{\"text\": \"four\"}\n");
  request_.text.inputs = {dir_ / "a.txt", dir_ / "folder"};
  const auto expect = [&](const LossParts& parts) {
    ASSERT_EQ(parts.parts.size(), 2);
    EXPECT_EQ(
        parts.parts[0].name,
        request_.text.inputs.size() > 1 ? (dir_ / "a.txt").string() : "a");
    EXPECT_EQ(parts.parts[0].loss.tokens, 8);
    EXPECT_EQ(parts.parts[0].loss.bytes, 6);
    EXPECT_EQ(parts.parts[1].loss.tokens, 7);
  };
  expect(count("source", tokens_of(documents)));
  EXPECT_ERROR(
      Error,
      "more documents than a first reading has counted",
      count("source", tokens_of({"1", "2", "3", "4", "5"})));

  request_.text.inputs = {write_tokens("val.tokens", documents)};
  const auto prepared = [&](const Json& sources) {
    write_json(dir_ / "prepare.json", {{"val", {{"sources", sources}}}});
    return count("source", tokens_of(documents));
  };
  const auto row = [](const char* input, int64_t count) {
    return Json{{"input", input}, {"documents", count}};
  };
  expect(prepared({row("a", 2), row("b", 2)}));
  // One without any, at each place.
  const LossParts four =
      prepared({row("", 0), row("a", 2), row("", 0), row("b", 2)});
  EXPECT_EQ(four.parts[1].loss.tokens, 8);
  EXPECT_EQ(four.parts[3].loss.tokens, 7);
  for (const Json& wrong : {Json::array(), Json{row("a", 3)}}) {
    EXPECT_ERROR(Error, "says which of its documents", prepared(wrong));
  }
  fs::remove(dir_ / "prepare.json");
  EXPECT_ERROR(
      Error, "no prepare.json beside", count("source", tokens_of(documents)));
}

} // namespace
} // namespace nanobrain
