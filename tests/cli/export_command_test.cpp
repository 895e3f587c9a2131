// nanobrain export as a script calls it.
#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;
namespace fs = std::filesystem;

/// A folder with model/, a GPT-2 that transformers wrote.
class ExportCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(python())) {
      GTEST_SKIP() << "no test Python: cmake/bootstrap.sh --tests";
    }
    std::string text;
    for (int i = 0; i < 200; ++i) text += "the cat sat on the mat again\n";
    write_text(dir_ / "text.txt", text);
    const auto script = source_dir() / "tests" / "support" / "tiny_gpt2.py";
    const auto made = run_process(
        {python(),
         script.string(),
         dir_ / "model",
         dir_ / "text.txt",
         "270",
         "32",
         "1"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  ProcessResult run(std::vector<std::string> more) const {
    std::vector<std::string> command = {
        program(), "export", "--model", dir_ / "model"};
    command.insert(command.end(), more.begin(), more.end());
    return run_process(command);
  }
  void refused(
      const std::vector<std::string>& more,
      int exit_code,
      const std::string& message) const {
    const auto result = run(more);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }

  TempDir dir_;
};

TEST_F(ExportCommand, WritesWhatItReports) {
  const std::string file = dir_ / "m.gguf";
  const auto result = run({"--type", "q8_0", "--output", file, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report["bytes"], fs::file_size(file));
  EXPECT_EQ(report["tokenizer"], "gpt2");
  EXPECT_EQ(report["format"], "gguf");
  EXPECT_EQ(report["type"], "q8_0");

  refused({"--output", file}, 1, "m.gguf exists already");
  const auto forced = run({"--output", file, "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_THAT(forced.out, HasSubstr("28 tensors"));
}

TEST_F(ExportCommand, SaysAloudThatATokenizerIsLeftOut) {
  fs::remove(fs::path(dir_ / "model") / "vocab.json");
  fs::remove(fs::path(dir_ / "model") / "merges.txt");
  const auto result = run({"--output", dir_ / "m.gguf"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("note: the model has no tokenizer"));
  EXPECT_THAT(result.out, HasSubstr("tokenizer: none"));
}

TEST_F(ExportCommand, RefusesWrongUsage) {
  const std::string file = dir_ / "m.gguf";
  refused({"--output", file, "--format", "onnx"}, 2, "--format must be gguf");
  refused({"--output", file, "--type", "q4_k"}, 2, "must be f32 or q8_0");
  refused({}, 2, "--output");
  EXPECT_FALSE(fs::exists(file));
}

} // namespace
} // namespace nanobrain::testing
