// nanobrain quantize, and what the other commands make of its folder, as a
// script calls them.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using QuantizeCommand = CommandTest;

const std::string kQuantize =
    "nanobrain quantize --model world/run --output int8 ";

TEST_F(QuantizeCommand, TheOtherCommandsTakeItsFolder) {
  const Json report = json(kQuantize + "--text world/val.txt --method dynamic");
  EXPECT_EQ(
      report["bytes"], fs::file_size(path("int8/model.int8.safetensors")));
  EXPECT_LT(report["bytes"], report["f32_bytes"]);
  ASSERT_EQ(report["methods"].size(), 3u);
  EXPECT_EQ(report["methods"][2]["available"], true);
  EXPECT_EQ(report["block_errors"].size(), 1u);

  const auto eval = [&](const std::string& model) {
    return json("nanobrain eval --input world/val.txt --model " + model);
  };
  const Json f32 = eval("world/run");
  const Json int8 = eval("int8");
  EXPECT_EQ(f32["precision"], "f32");
  EXPECT_EQ(int8["precision"], "int8");
  EXPECT_EQ(int8["tokens"], f32["tokens"]);
  EXPECT_NEAR(
      report["bits_per_byte_delta"].get<double>(),
      int8["bits_per_byte"].get<double>() - f32["bits_per_byte"].get<double>(),
      1e-5); // of some 7: two orders of f32 sums

  const Json rows = json(
      "nanobrain compare --model world/run --model int8 "
      "--input world/val.txt")["rows"];
  EXPECT_EQ(rows[1]["model_bytes"], report["bytes"]);
  EXPECT_EQ(rows[1]["precision"], "int8");

  const std::string generate =
      "nanobrain generate --model int8 --prompt The --max-tokens 40 "
      "--temperature 0";
  const Json generated = json(generate);
  EXPECT_EQ(generated["prompt"], "The");
  EXPECT_LE(generated["tokens"], 40);
  EXPECT_EQ(
      output(generate), "The" + generated["text"].get<std::string>() + "\n");
}

TEST_F(QuantizeCommand, PrintsATable) {
  const std::string table = output(kQuantize + "--text world/val.txt");
  for (const char* words :
       {"wrote ", "embedder", "positions", "h.0.mlp.c_proj", "same top-1"}) {
    EXPECT_THAT(table, HasSubstr(words));
  }
}

TEST_F(QuantizeCommand, RefusesBadInput) {
  write("empty.txt", "");
  fs::copy(path("world/run/model"), path("f32"));
  refused(
      2,
      {{"nanobrain quantize --model world/run", "--output"},
       {kQuantize + "--method guess", "--method must be static-weights"},
       {"nanobrain eval --model world/int8 --input world/val.txt "
        "--precision bf16",
        "--precision bf16 is for f32 models"}});
  refused(
      1,
      {{kQuantize + "--text absent.txt", "absent.txt"},
       {kQuantize + "--text empty.txt", "empty.txt is empty"},
       {"nanobrain quantize --model world/int8 --output int8",
        "is an int8 model"},
       {"nanobrain quantize --model absent --output int8",
        "absent is neither a model folder"},
       {"nanobrain quantize --model f32 --output f32/int8",
        "is in the folder of the model itself"}});
  EXPECT_FALSE(exists("int8"));
  fs::create_directory(path("int8"));
  write("int8/letter.txt", "dear");
  refused(1, {{kQuantize, "int8 exists already"}});
}

TEST_F(QuantizeCommand, AFullDiskLeavesNothing) {
  fs::create_directory(path("full"));
  // The tokenizer fits, the weights do not.
  const auto result =
      run("nanobrain quantize --model world/run --output full/8",
          {.max_file_bytes = 20'000});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.err, HasSubstr("model.int8.safetensors] cannot be written"));
  EXPECT_TRUE(fs::is_empty(path("full")));
}

TEST_F(QuantizeCommand, AnInterruptedComparisonLeavesAWholeFolder) {
  json("nanobrain synth --output long.txt --bytes 2000000");
  // The folder appears before the comparison, which takes many times as long.
  const auto result =
      run(kQuantize +
          "--text long.txt & while ! [ -d int8 ]; do sleep 0.02; done; "
          "kill -INT $!; wait $!");
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_THAT(result.out, ::testing::IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("int8 is written and whole"));
  json("nanobrain eval --model int8 --input world/val.txt");
}

} // namespace
} // namespace nanobrain::testing
