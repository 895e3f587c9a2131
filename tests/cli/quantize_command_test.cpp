// nanobrain quantize, and what the other commands make of its folder, as a
// script calls them.
#include "tests/cli/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

/// A folder with f32/, a GPT-2 that transformers wrote, and text.txt.
class QuantizeCommand : public CommandTest {
 protected:
  void SetUp() override {
    make_text(6000);
    make_gpt2("f32");
  }

  std::vector<std::string> quantize(std::vector<std::string> more = {}) const {
    more.insert(
        more.begin(),
        {"quantize", "--model", path("f32"), "--output", path("int8")});
    return more;
  }
};

TEST_F(QuantizeCommand, TheOtherCommandsTakeItsFolder) {
  const Json report =
      json(quantize({"--text", path("text.txt"), "--method", "dynamic"}));
  EXPECT_EQ(
      report["bytes"], fs::file_size(path("int8/model.int8.safetensors")));
  EXPECT_LT(report["bytes"], report["f32_bytes"]);
  ASSERT_EQ(report["methods"].size(), 3u);
  EXPECT_EQ(report["methods"][2]["available"], true);
  EXPECT_EQ(report["block_errors"].size(), 2u);

  const auto eval = [&](const std::string& model) {
    return json({"eval", "--model", path(model), "--input", path("text.txt")});
  };
  const Json f32 = eval("f32");
  const Json int8 = eval("int8");
  EXPECT_EQ(f32["precision"], "f32");
  EXPECT_EQ(int8["precision"], "int8");
  EXPECT_EQ(int8["tokens"], f32["tokens"]);
  EXPECT_NEAR(
      report["bits_per_byte_delta"].get<double>(),
      int8["bits_per_byte"].get<double>() - f32["bits_per_byte"].get<double>(),
      1e-5); // of some 7: two orders of f32 sums

  const Json rows = json(
      {"compare",
       "--model",
       path("f32"),
       "--model",
       path("int8"),
       "--input",
       path("text.txt")})["rows"];
  EXPECT_EQ(rows[1]["model_bytes"], report["bytes"]);
  EXPECT_EQ(rows[1]["precision"], "int8");

  const std::vector<std::string> generate = {
      "generate",
      "--model",
      path("int8"),
      "--prompt",
      "The",
      "--max-tokens",
      "40",
      "--temperature",
      "0"};
  const Json generated = json(generate);
  EXPECT_EQ(generated["prompt"], "The");
  EXPECT_LE(generated["tokens"], 40);
  const auto streamed = run(generate);
  EXPECT_EQ(streamed.out, "The" + generated["text"].get<std::string>() + "\n");
}

TEST_F(QuantizeCommand, PrintsATable) {
  const auto text = run(quantize({"--text", path("text.txt")}));
  ASSERT_EQ(text.exit_code, 0) << text.err;
  for (const char* words :
       {"wrote ", "embedder", "positions", "h.1.mlp.c_proj", "same top-1"}) {
    EXPECT_THAT(text.out, HasSubstr(words));
  }
}

TEST_F(QuantizeCommand, RefusesBadInput) {
  refused({"quantize", "--model", path("f32")}, 2, "--output");
  refused(
      quantize({"--method", "guess"}), 2, "--method must be static-weights");
  refused(quantize({"--text", path("absent.txt")}), 1, "absent.txt");
  write_text(path("empty.txt"), "");
  refused(quantize({"--text", path("empty.txt")}), 1, "empty.txt is empty");
  EXPECT_FALSE(fs::exists(path("int8")));
  json(quantize());
  refused(quantize(), 1, "int8 exists already");
  refused(
      {"quantize", "--model", path("int8"), "--output", path("again")},
      1,
      "is an int8 model");
  refused(
      {"quantize", "--model", path("absent"), "--output", path("again")},
      1,
      "absent is neither a model folder");
  refused(
      {"quantize", "--model", path("f32"), "--output", path("f32/int8")},
      1,
      "lies in the folder of the model itself");
  refused(
      {"eval",
       "--model",
       path("int8"),
       "--input",
       path("text.txt"),
       "--precision",
       "bf16"},
      2,
      "--precision bf16 is for f32 models");
}

TEST_F(QuantizeCommand, AFullDiskLeavesNothing) {
  fs::create_directory(path("full"));
  std::vector<std::string> arguments = {
      program(),
      "quantize",
      "--model",
      path("f32"),
      "--output",
      path("full/8")};
  // The configuration fits, the weights do not.
  const auto result = run_process(arguments, {.max_file_bytes = 5000});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.err, HasSubstr("model.int8.safetensors] cannot be written"));
  EXPECT_TRUE(fs::is_empty(path("full")));
}

TEST_F(QuantizeCommand, AnInterruptedComparisonLeavesAWholeFolder) {
  json({"synth", "--output", path("long.txt"), "--bytes", "3000000"});
  // The folder appears before the comparison, which takes many times as long.
  const auto result = run_process(
      {"sh",
       "-c",
       "\"$0\" \"$@\" & while ! [ -d \"$DONE\" ]; do sleep 0.05; done; "
       "kill -INT $!; wait $!",
       program().string(),
       "quantize",
       "--model",
       path("f32"),
       "--output",
       path("int8"),
       "--text",
       path("long.txt")},
      {.environment = {{"DONE", path("int8")}}});
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("int8 is written and whole"));
  json({"eval", "--model", path("int8"), "--input", path("text.txt")});
}

} // namespace
} // namespace nanobrain::testing
