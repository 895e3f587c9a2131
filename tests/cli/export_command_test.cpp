// nanobrain export as a script calls it.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
class ExportCommand : public CommandTest {
 protected:
  void SetUp() override {
    if (!exists("world/gpt2")) GTEST_SKIP() << kNoPython;
  }
  static inline const std::string kExport =
      "nanobrain export --model world/gpt2 --output m.gguf ";
};

TEST_F(ExportCommand, WritesWhatItReports) {
  const Json report = json(kExport + "--type q8_0");
  EXPECT_EQ(report["bytes"], fs::file_size(path("m.gguf")));
  EXPECT_EQ(report["tokenizer"], "gpt2");
  EXPECT_EQ(report["format"], "gguf");
  EXPECT_EQ(report["type"], "q8_0");
  refused(1, {{kExport, "m.gguf exists already"}});
  EXPECT_THAT(output(kExport + "--force"), HasSubstr("28 tensors"));
}

TEST_F(ExportCommand, SaysAloudThatATokenizerIsLeftOut) {
  const auto result =
      run("cp -rL world/gpt2 model && rm model/vocab.json model/merges.txt && "
          "nanobrain export --model model --output m.gguf");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("note: the model has no tokenizer"));
  EXPECT_THAT(result.out, HasSubstr("tokenizer: none"));
}

TEST_F(ExportCommand, RefusesWrongUsage) {
  refused(
      2,
      {{kExport + "--format onnx", "--format must be gguf"},
       {kExport + "--type q4_k", "must be f32 or q8_0"},
       {"nanobrain export --model world/gpt2", "--output"}});
  EXPECT_FALSE(exists("m.gguf"));
}

} // namespace
} // namespace nanobrain::testing
