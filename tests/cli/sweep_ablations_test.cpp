// A tiny version of every committed sweep, end to end.
#include "tests/cli/sweep_test.h"

namespace nanobrain::testing {
namespace {

namespace fs = std::filesystem;

class SweepAblations : public SweepTest,
                       public ::testing::WithParamInterface<std::string> {};

TEST_P(SweepAblations, ATinyVersionRuns) {
  const std::string name = GetParam();
  std::vector<std::string> arguments = {
      "sweep",
      source_dir() / "ablations" / (name + ".yaml"),
      "--output",
      path("out"),
      "--jobs",
      "1",
      "--budget",
      "steps=2",
      "--set",
      "seeds=[1]",
      "--set",
      "search={kind: random, samples: 2, seed: 1}",
      "--set",
      "set.model.model_dim=16"};
  const auto set = [&](const std::string& assignment) {
    arguments.insert(arguments.end(), {"--set", assignment});
  };
  if (name == "vocabulary") {
    set("grid={tokenizer: [{kind: sentencepiece, vocab_size: 400}, "
        "{kind: sentencepiece, vocab_size: 420}]}");
    set("text.train=[" + path("train.txt") + "]");
    set("text.val=[" + path("val.txt") + "]");
  } else {
    set("set.data.tokenizer=" + path("data"));
    set("set.data.train=" + path("data/train.tokens"));
    set("set.data.val=" + path("data/val.tokens"));
  }
  // Tokens of a step are few, unless the grid itself says how many.
  if (name != "context_length") {
    set("set.train.batch_size=2");
    set("set.train.seq_len=32");
  }
  const Json result = json(arguments);
  EXPECT_EQ(result["done"], 2) << result;
  EXPECT_FALSE(result["front"].empty());
  const auto report = run({"report", path("out"), "--markdown", path("t.md")});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(read_text(path("t.md")), ::testing::HasSubstr("1 done"));
}

std::vector<std::string> committed() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(source_dir() / "ablations")) {
    if (entry.path().extension() == ".yaml")
      names.push_back(entry.path().stem());
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(
    Committed,
    SweepAblations,
    ::testing::ValuesIn(committed()),
    [](const auto& info) { return info.param; });

} // namespace
} // namespace nanobrain::testing
