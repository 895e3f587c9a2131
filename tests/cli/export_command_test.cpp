// nanobrain export as a script calls it.
#include "tests/cli/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// A folder with model/, a GPT-2 that transformers wrote.
class ExportCommand : public CommandTest {
 protected:
  void SetUp() override {
    make_text(6000);
    make_gpt2("model");
  }

  std::vector<std::string> exported(std::vector<std::string> more) const {
    more.insert(more.begin(), {"export", "--model", path("model")});
    return more;
  }
};

TEST_F(ExportCommand, WritesWhatItReports) {
  const std::string file = dir_ / "m.gguf";
  const auto result =
      run(exported({"--type", "q8_0", "--output", file, "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report["bytes"], fs::file_size(file));
  EXPECT_EQ(report["tokenizer"], "gpt2");
  EXPECT_EQ(report["format"], "gguf");
  EXPECT_EQ(report["type"], "q8_0");

  refused(exported({"--output", file}), 1, "m.gguf exists already");
  const auto forced = run(exported({"--output", file, "--force"}));
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_THAT(forced.out, HasSubstr("28 tensors"));
}

TEST_F(ExportCommand, SaysAloudThatATokenizerIsLeftOut) {
  fs::remove(fs::path(dir_ / "model") / "vocab.json");
  fs::remove(fs::path(dir_ / "model") / "merges.txt");
  const auto result = run(exported({"--output", dir_ / "m.gguf"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("note: the model has no tokenizer"));
  EXPECT_THAT(result.out, HasSubstr("tokenizer: none"));
}

TEST_F(ExportCommand, RefusesWrongUsage) {
  const std::string file = dir_ / "m.gguf";
  refused(
      exported({"--output", file, "--format", "onnx"}),
      2,
      "--format must be gguf");
  refused(
      exported({"--output", file, "--type", "q4_k"}), 2, "must be f32 or q8_0");
  refused(exported({}), 2, "--output");
  EXPECT_FALSE(fs::exists(file));
}

} // namespace
} // namespace nanobrain::testing
