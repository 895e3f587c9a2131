// A tiny version of every committed sweep, end to end.
#include "tests/cli/sweep_test.h"

namespace nanobrain::testing {
namespace {

class SweepAblations : public SweepTest,
                       public ::testing::WithParamInterface<std::string> {};

TEST_P(SweepAblations, ATinyVersionRuns) {
  const std::string name = GetParam();
  std::string line = "nanobrain sweep " + source_dir().string() +
                     "/ablations/" + name +
                     ".yaml --output out --jobs 1 --budget steps=3";
  const auto set = [&](const std::string& assignment) {
    line += " --set '" + assignment + "'";
  };
  set("seeds=[1]");
  set("search={kind: random, samples: 2, seed: 1}");
  set("timing={repetitions: 1}");
  set("set.model.model_dim=16");
  const std::string world = path("world");
  if (name == "vocabulary") {
    set("grid={tokenizer: [{kind: sentencepiece, vocab_size: 400}, "
        "{kind: sentencepiece, vocab_size: 420}]}");
    set("text.train=[" + world + "/text.txt]");
    set("text.val=[" + world + "/val.txt]");
  } else {
    set("measure={}");
    set("set.data.tokenizer=" + world + "/data");
    set("set.data.train=" + world + "/data/train.tokens");
    set("set.data.val=" + world + "/data/val.tokens");
  }
  if (name == "thousand_steps") {
    set("variants.adamw.schedule.warmup_steps=1");
    set("variants.recipe={schedule: {warmup_steps: 1}}");
    set("set.train.eval_every=1"); // there is a target to reach
  } else {
    set("set.schedule.warmup_steps=1");
  }
  // Tokens of a step are few, unless the grid itself says how many.
  if (name != "context_length") {
    set("set.train.batch_size=2");
    set("set.train.seq_len=32");
  }
  const Json result = json(line);
  EXPECT_EQ(result["done"], 2) << result;
  EXPECT_FALSE(result["front"].empty());
  output("nanobrain report out --markdown t.md");
  EXPECT_THAT(read("t.md"), ::testing::HasSubstr("1 done"));
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
