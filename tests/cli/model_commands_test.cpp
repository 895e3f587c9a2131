// From text to a model and back to text by subcommands alone, as a script does.
#include <cmath>
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
train: {steps: 3, batch_size: 4, seq_len: 32, precision: f32, sample_every: 0,
        threads: 1}
optimizer: {lr: 1.0e-2}
schedule: {warmup_steps: 2}
)";

/// A folder with corpus.txt, tokenizer/, data/ and a model trained in run/.
class ModelCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(path("run.yaml"), kConfig);
    json({"synth", "--output", path("corpus.txt"), "--bytes", "40000"});
    json(
        {"tokenizer",
         "train",
         "--vocab-size",
         "400",
         "--input",
         path("corpus.txt"),
         "--output",
         path("tokenizer")});
    prepared_ = json(
        {"prepare",
         "--input",
         path("corpus.txt"),
         "--val-fraction",
         "0.2",
         "--tokenizer",
         path("tokenizer"),
         "--output",
         path("data")});
    json({"train", path("run.yaml"), "--output", path("run"), "--quiet"});
  }

  std::string path(const std::string& name) const { return dir_ / name; }
  ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program());
    return run_process(arguments);
  }
  Json json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return Json::parse(result.out);
  }
  void refused(
      std::vector<std::string> arguments,
      int exit_code,
      const std::string& message) const {
    const auto result = run(std::move(arguments));
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }

  TempDir dir_;
  Json prepared_;
};

TEST_F(ModelCommands, EvalReportsWhatTokenFilesHold) {
  const auto& val = prepared_.at("val");
  const Json result = json(
      {"eval",
       "--model",
       path("run"),
       "--input",
       path("data") + "/val.tokens",
       "--baseline-tokens",
       path("data") + "/train.tokens",
       "--output",
       path("evaluation.json")});
  EXPECT_EQ(result["tokens"], val["tokens"]);
  EXPECT_EQ(result["bytes"], val["bytes"]);
  EXPECT_EQ(result["baselines"].size(), 4);
  const double nats = result["nats_per_token"];
  EXPECT_NEAR(result["perplexity"].get<double>(), std::exp(nats), 1e-9 * nats);
  EXPECT_NEAR(
      result["bits_per_byte"].get<double>(),
      nats * val["tokens"].get<double>() / std::log(2) /
          val["bytes"].get<double>(),
      1e-9);
  EXPECT_EQ(Json::parse(read_text(path("evaluation.json"))), result);
}

TEST_F(ModelCommands, EvalRefusesBadInput) {
  const std::string val = path("data") + "/val.tokens";
  refused(
      {"eval", "--model", path("absent"), "--input", val}, 1, path("absent"));
  refused(
      {"eval", "--model", path("run"), "--input", path("absent.txt")},
      1,
      "absent.txt");
  refused(
      {"eval", "--model", path("run"), "--input", val, "--precision", "f16"},
      2,
      "f16");
  refused(
      {"eval", "--model", path("run"), "--input", val, "--stride", "33"},
      2,
      "stride");
  write_text(path("empty.txt"), "");
  refused(
      {"eval", "--model", path("run"), "--input", path("empty.txt")},
      1,
      "empty");
}

// Progress would go to the file that got the number of stderr.
TEST_F(ModelCommands, AClosedStderrLeavesFilesAsTheyAre) {
  const auto prepared = run_process(
      {"sh",
       "-c",
       program().string() + " prepare --input " + path("corpus.txt") +
           " --val-fraction 0.2 --tokenizer " + path("tokenizer") +
           " --output " + path("closed") + " <&- >/dev/null 2>&-"});
  EXPECT_EQ(prepared.exit_code, 0);
  for (const char* name : {"/train.tokens", "/val.tokens"}) {
    EXPECT_EQ(read_text(path("closed") + name), read_text(path("data") + name));
  }
}

TEST_F(ModelCommands, EvalReplacesNothingUnlessForced) {
  const std::string val = path("data") + "/val.tokens";
  const std::string before = read_text(val);
  const std::vector<std::string> eval = {
      "eval", "--model", path("run"), "--input", val};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), eval.begin(), eval.end());
    return more;
  };
  refused(with({"--output", val}), 2, "--input and --output both name");
  refused(with({"--per-document", val}), 2, "--input and --per-document both");
  EXPECT_EQ(read_text(val), before);

  write_text(path("rows.tsv"), "old");
  refused(
      with({"--per-document", path("rows.tsv")}), 1, "rows.tsv exists already");
  json(with({"--per-document", path("rows.tsv"), "--force"}));
  refused(
      with({"--per-document", path("o"), "--output", path("o")}),
      2,
      "--per-document and --output both name");
  EXPECT_NE(read_text(path("rows.tsv")), "old");
}

TEST_F(ModelCommands, FineTuningTakesARunFolder) {
  const std::vector<std::string> train = {
      "train", path("run.yaml"), "--output", path("tuned"), "--init-from"};
  const auto from = [&](const std::string& start) {
    std::vector<std::string> all = train;
    all.push_back(start);
    return all;
  };
  refused(from(path("data")), 1, "data is neither a model folder");
  EXPECT_FALSE(fs::exists(path("tuned")));
  const Json tuned = json(from(path("run")));
  EXPECT_EQ(tuned["steps"], 3);
}

TEST_F(ModelCommands, InspectTakesOverrides) {
  const Json report = json(
      {"inspect",
       "--config",
       path("run.yaml"),
       "--set",
       "model.model_dim=16",
       "--text",
       "The cat"});
  EXPECT_EQ(report["parameters_by_part"]["positions"], 32 * 16);
  refused(
      {"inspect", "--config", path("run.yaml"), "--set", "train.stpes=1"},
      2,
      "did you mean steps?");
  refused({"inspect", "--set", "model.model_dim=16"}, 2, "--config");
}

TEST_F(ModelCommands, AModelThatSawTheTextIsReportedAsALeak) {
  json({"synth", "--output", path("short.txt"), "--bytes", "1500"});
  json(
      {"prepare",
       "--input",
       path("corpus.txt"),
       "--val-input",
       path("short.txt"),
       "--tokenizer",
       path("tokenizer"),
       "--output",
       path("leaked")});
  json(
      {"train",
       path("run.yaml"),
       "--output",
       path("parrot"),
       "--quiet",
       "--set",
       "data.train=" + path("leaked") + "/val.tokens",
       "--set",
       "data.val=" + path("leaked") + "/val.tokens",
       "--set",
       "model.model_dim=64",
       "--set",
       "model.max_seq_len=128",
       "--set",
       "train.seq_len=128",
       "--set",
       "train.steps=400"});
  const auto result =
      run({"eval", "--model", path("parrot"), "--input", path("short.txt")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("LEAK"));
  EXPECT_THAT(result.out, HasSubstr("exact entropy"));
}

TEST_F(ModelCommands, GenerateStreamsTheTextThatJsonHolds) {
  const std::vector<std::string> arguments = {
      "generate",
      "--model",
      path("run"),
      "--prompt",
      "The ",
      "--max-tokens",
      "40", // past the context of 32
      "--seed",
      "7"};
  const auto streamed = run(arguments);
  ASSERT_EQ(streamed.exit_code, 0) << streamed.err;
  const Json result = json(arguments);
  EXPECT_EQ(streamed.out, "The " + result["text"].get<std::string>() + "\n");
  EXPECT_LE(result["tokens"], 40);
  EXPECT_GT(result["tokens_per_s"], 0);

  write_text(path("prompt.txt"), "The ");
  const Json from_file = json(
      {"generate",
       "--model",
       path("run"),
       "--prompt-file",
       path("prompt.txt"),
       "--max-tokens",
       "40",
       "--seed",
       "7"});
  EXPECT_EQ(from_file["text"], result["text"]);
}

TEST_F(ModelCommands, GenerateRefusesBadInput) {
  const std::vector<std::string> base = {"generate", "--model", path("run")};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  refused(with({"--temperature", "-1"}), 2, "temperature");
  refused(with({"--top-p", "1.5"}), 2, "top_p");
  refused(with({"--top-k", "-2"}), 2, "top_k");
  refused(with({"--prompt", "a\xff"}), 1, "not valid UTF-8 at byte 1");
  refused(with({"--prompt", "a", "--prompt-file", "b"}), 2, "--prompt");
  refused({"generate", "--model", path("absent")}, 1, path("absent"));
}

} // namespace
} // namespace nanobrain::testing
