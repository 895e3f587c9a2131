// The lexical tokenizer from the command line: from text to a model and back.
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kConfig = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 32, ffn_dim: 64, max_seq_len: 32}
data: {tokenizer: data, train: data/train.tokens, val: data/val.tokens}
train: {steps: 2, batch_size: 4, seq_len: 32, precision: f32, eval_every: 1,
        sample_every: 1, threads: 1}
)";

/// A folder with corpus.txt of 60 documents and "tok", a lexical tokenizer of
/// 340 ids for it.
class LexicalCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      text += "Document " + std::to_string(i * i) + " says:\nthe cat sat on";
      text += i % 3 == 0 ? "  the mat.\n\n" : " a mat\u2026\n\n";
    }
    write_text(dir_ / "corpus.txt", text);
    write_text(dir_ / "run.yaml", kConfig);
    trained_ = json(train({"--output", path("tok")}));
  }

  std::string path(const std::string& name) const { return dir_ / name; }
  std::vector<std::string> train(
      std::vector<std::string> arguments,
      const std::string& vocab_size = "340") const {
    const std::vector<std::string> first = {
        "tokenizer",
        "train",
        "--kind",
        "lexical",
        "--vocab-size",
        vocab_size,
        "--input",
        path("corpus.txt")};
    arguments.insert(arguments.begin(), first.begin(), first.end());
    return arguments;
  }
  std::vector<std::string> prepare(const std::string& tokenizer) const {
    return {
        "prepare",
        "--input",
        path("corpus.txt"),
        "--val-fraction",
        "0.2",
        "--tokenizer",
        path(tokenizer),
        "--output",
        path("data")};
  }
  ProcessResult run(
      std::vector<std::string> arguments, std::string input = "") const {
    arguments.insert(arguments.begin(), program());
    ProcessOptions options;
    options.input = std::move(input);
    return run_process(arguments, options);
  }
  Json json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return Json::parse(result.out);
  }
  /// tok.json without its last entry, the end of text.
  void write_without_control() const {
    Json list = Json::parse(read_text(dir_ / "tok" / "tokenizer.lexical.json"));
    list.erase(list.size() - 1);
    write_text(dir_ / "tok.json", list.dump());
  }

  TempDir dir_;
  Json trained_;
};

TEST_F(LexicalCommands, TrainsIntoAFolderOrOneFile) {
  EXPECT_EQ(trained_["vocab_size"], 340);
  EXPECT_GT(trained_["bytes_per_token"].get<double>(), 2.0);
  const fs::path file = dir_ / "tok" / "tokenizer.lexical.json";
  const auto entries = fs::directory_iterator(dir_ / "tok");
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
  EXPECT_EQ(Json::parse(read_text(file)).size(), 340u);

  const auto one = run(train({"--output", path("one.json")}));
  ASSERT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("one.json: 340 pieces"));
  EXPECT_EQ(read_text(dir_ / "one.json"), read_text(file));
  EXPECT_EQ(run(train({"--output", path("one.json")})).exit_code, 1);
  EXPECT_EQ(run(train({"--output", path("one.json"), "--force"})).exit_code, 0);

  const auto large = run(train({"--output", path("large")}, "30000"));
  EXPECT_EQ(large.exit_code, 1);
  EXPECT_THAT(large.err, HasSubstr("not for 30,000; ask for at most "));
  EXPECT_FALSE(fs::exists(dir_ / "large"));
}

TEST_F(LexicalCommands, AnyBytesComeBack) {
  std::string bytes = "the cat\xff\xfe says:   \n\n\n";
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{}, {"--split-documents"}}) {
    std::vector<std::string> verb = {"tokenizer", "encode", "--tokenizer"};
    verb.push_back(path("tok"));
    verb.insert(verb.end(), flags.begin(), flags.end());
    const auto ids = run(verb, bytes);
    ASSERT_EQ(ids.exit_code, 0) << ids.err;
    verb[1] = "decode";
    EXPECT_EQ(run(verb, ids.out).out, bytes);
  }
}

TEST_F(LexicalCommands, DocumentsThatAreNotUtf8AreSkippedOrRepairedAsAlways) {
  write_text(dir_ / "corpus.txt", "one\n\ntwo \xff\n\nthree\n");
  auto arguments = prepare("tok");
  arguments[4] = "0";
  const Json skipped = json(arguments);
  EXPECT_EQ(skipped["documents"], 2);
  EXPECT_EQ(skipped["skipped"], 1);
}

TEST_F(LexicalCommands, FromTextToAModelAndBack) {
  const Json prepared = json(prepare("tok"));
  EXPECT_TRUE(fs::exists(dir_ / "data" / "tokenizer.lexical.json"));
  const Json trained =
      json({"train", path("run.yaml"), "--output", path("run"), "--quiet"});
  EXPECT_TRUE(fs::exists(dir_ / "run" / "model" / "tokenizer.lexical.json"));
  const Json config =
      Json::parse(read_text(dir_ / "run" / "model" / "config.json"));
  EXPECT_EQ(config["eos_token_id"], 339);
  EXPECT_EQ(config["vocab_size"], 340);
  const Json result = json(
      {"eval",
       "--model",
       path("run"),
       "--input",
       path("data/val.tokens"),
       "--baseline-tokens",
       path("data/train.tokens")});
  EXPECT_EQ(result["tokens"], prepared["val"]["tokens"]);
  EXPECT_EQ(result["bytes"], prepared["val"]["bytes"]);
  EXPECT_NEAR(result["nats_per_token"], trained["val_loss"], 1e-9);
  // A prompt of any bytes; JSON shows it repaired.
  const Json generated = json(
      {"generate",
       "--model",
       path("run"),
       "--prompt",
       "the \xff",
       "--max-tokens",
       "5"});
  EXPECT_EQ(generated["prompt"], "the \ufffd");
}

TEST_F(LexicalCommands, WithoutEndOfTextPrepareWantsAWord) {
  write_without_control();
  const auto refused = run(prepare("tok.json"));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(
      refused.err,
      HasSubstr("the tokenizer has no end-of-text token, so documents would "
                "run into each other; name another tokenizer or pass "
                "--no-end-of-text"));
  EXPECT_FALSE(fs::exists(dir_ / "data"));
}

TEST_F(LexicalCommands, WithoutEndOfTextModelsTrainAndAreEvaluated) {
  write_without_control();
  auto arguments = prepare("tok.json");
  arguments.push_back("--no-end-of-text");
  const Json prepared = json(arguments);
  const Json trained =
      json({"train", path("run.yaml"), "--output", path("run"), "--quiet"});
  const Json config =
      Json::parse(read_text(dir_ / "run" / "model" / "config.json"));
  EXPECT_EQ(config["eos_token_id"], nullptr);
  EXPECT_EQ(config["vocab_size"], 339);

  const std::vector<std::string> eval = {
      "eval", "--model", path("run"), "--input", path("data/val.tokens")};
  auto with_baselines = eval;
  with_baselines.push_back("--baseline-tokens");
  with_baselines.push_back(path("data/train.tokens"));
  const Json result = json(with_baselines);
  // All but the first, which nothing predicts.
  EXPECT_EQ(result["tokens"], prepared["val"]["tokens"].get<int64_t>() - 1);
  EXPECT_EQ(result["documents"], prepared["val"]["documents"]);
  EXPECT_EQ(result["end_of_text"], false);
  EXPECT_NEAR(result["nats_per_token"], trained["val_loss"], 1e-9);
  EXPECT_NEAR(result["baselines"][0]["nats_per_token"], std::log(339.0), 1e-9);
  EXPECT_THAT(
      run(eval).out,
      HasSubstr("no end-of-text token parts them, every token but the first"));

  auto per_document = eval;
  per_document.push_back("--per-document");
  per_document.push_back(path("rows.jsonl"));
  const auto rows = run(per_document);
  EXPECT_EQ(rows.exit_code, 2);
  EXPECT_THAT(rows.err, HasSubstr("leave --per-document out"));

  const auto nothing = run({"generate", "--model", path("run")});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("no end-of-text token to start from"));
  const auto text =
      run({"generate", "--model", path("run"), "--prompt", "the"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
}

} // namespace
} // namespace nanobrain::testing
