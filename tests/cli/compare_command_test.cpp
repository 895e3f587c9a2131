// nanobrain compare as a script calls it.
#include <cmath>

#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

/// Two models with different tokenizers; transformers made the first.
class CompareCommand : public CommandTest {
 protected:
  void SetUp() override {
    if (!exists("world/gpt2")) GTEST_SKIP() << kNoPython;
  }
  static inline const std::string kCompare =
      "nanobrain compare --model world/gpt2 --input world/val.txt ";
};

TEST_F(CompareCommand, OneRunGivesTheTableInEveryForm) {
  const std::string line = kCompare +
                           "--model world/run --protocol hf "
                           "--reference gpt2-small-published --csv table.csv "
                           "--markdown table.md --output table.json ";
  const std::string text = output(line);
  EXPECT_THAT(text, HasSubstr("windows of every model: context 32"));
  EXPECT_THAT(text, HasSubstr("published [1]"));
  EXPECT_THAT(text, HasSubstr("not comparable"));
  const Json rows = read_json("table.json")["rows"];
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_EQ(rows[0]["model"], "world/gpt2");
  EXPECT_NE(rows[0]["tokens"], rows[1]["tokens"]);
  for (size_t i = 0; i < 2; ++i) {
    const double nats = rows[i]["nats_per_token"];
    EXPECT_NEAR(
        rows[i]["bits_per_byte"].get<double>(),
        nats * rows[i]["tokens"].get<double>() / std::log(2) /
            rows[i]["bytes"].get<double>(),
        1e-9);
    const Json& interval = rows[i]["intervals"]["bits_per_byte"];
    EXPECT_LT(interval[0], rows[i]["bits_per_byte"]);
    EXPECT_GT(interval[1], rows[i]["bits_per_byte"]);
  }
  EXPECT_THAT(read("table.csv"), HasSubstr("world/run,false,32"));
  EXPECT_THAT(read("table.md"), HasSubstr("| world/run |"));

  // Nothing is replaced unless forced; the figures are the same again.
  refused(1, {{line, "table.csv exists already"}});
  EXPECT_EQ(
      json(line + "--force")["rows"][1]["intervals"], rows[1]["intervals"]);
}

TEST_F(CompareCommand, RefusesBadInput) {
  refused(
      1,
      {{kCompare + "--model absent", "absent is neither a model folder"},
       {kCompare + "--model world/val.txt", "val.txt is neither a model"}});
  refused(
      2,
      {{"nanobrain compare --input world/val.txt", "--model"},
       {kCompare + "--model world/run --context 33",
        "world/run takes 32 at most"},
       {kCompare + "--reference gpt3", "knows no \"gpt3\""},
       {kCompare + "--protocol guide", "guide"},
       {kCompare + "--csv one --markdown one",
        "--csv and --markdown both name"},
       {kCompare + "--csv world/val.txt --force", "--input and --csv both"}});
}

} // namespace
} // namespace nanobrain::testing
