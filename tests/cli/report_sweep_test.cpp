// nanobrain report of what nanobrain sweep and nanobrain train left behind.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBase = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 16, max_seq_len: 16}
train: {batch_size: 2, seq_len: 16, precision: f32, eval_every: 4,
        checkpoint_every: 0, sample_every: 4, sample_tokens: 8, log_every: 1,
        sample_prompts: [Once]}
)";
constexpr const char* kSweep = R"(
base: base.yaml
grid:
  tokenizer: [{kind: lexical, vocab_size: 300}]
  model.ffn_dim: [16, 32]
seeds: [1]
budget: {steps: 8}
text: {train: [world/text.txt], val: [world/val.txt]}
timing: {repetitions: 1}
)";

using ReportOfASweep = CommandTest;

TEST_F(ReportOfASweep, HoldsWhatTheRunsMeasured) {
  write("base.yaml", kBase);
  write("sweep.yaml", kSweep);
  json("nanobrain sweep sweep.yaml --output sweep --jobs 2 --threads 1");
  // One of its runs stands alone, too.
  std::vector<fs::path> cells;
  for (const auto& cell : fs::directory_iterator(path("sweep/cells"))) {
    cells.push_back(cell.path());
  }
  ASSERT_EQ(cells.size(), 2u);
  const fs::path run = cells[0] / "seed-1/run";
  const Json written =
      json("nanobrain report sweep " + run.string() + " --output page.html");
  EXPECT_EQ(written["runs"], 3);

  const std::string page = read("page.html");
  const std::string tag = R"(<script type="application/json" id="data">)";
  const size_t begin = page.find(tag) + tag.size();
  const Json data =
      Json::parse(page.substr(begin, page.find("</script>") - begin));
  EXPECT_EQ(data["sweeps"][0]["counts"]["done"], 2);
  EXPECT_EQ(data["sweeps"][0]["cells"][1]["label"], "lexical 300, FFN 32");
  const std::string id = cells[0].filename();
  for (const Json& shown : data["runs"]) {
    if (shown["cell"] != id && shown["cell"] != nullptr) continue;
    // Against the files as they lie there.
    const Json record = Json::parse(read_text(run / "run.json"));
    EXPECT_EQ(shown["state"], "done");
    EXPECT_EQ(
        shown["result"]["val_bits_per_byte"],
        record["result"]["val_bits_per_byte"]);
    EXPECT_EQ(shown["host"]["cpu"], record["sessions"][0]["host"]["cpu"]);
    EXPECT_EQ(shown["build"]["threads"], 1);
    EXPECT_EQ(shown["train"]["step"], Json({1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(shown["validation"]["step"], Json({4, 8}));
    EXPECT_NEAR(
        shown["validation"]["bits_per_byte"][1].get<double>() /
            record["result"]["val_bits_per_byte"].get<double>(),
        1,
        1e-5); // six digits
    ASSERT_EQ(shown["samples"].size(), 2u);
    EXPECT_EQ(shown["samples"][1]["step"], 8);
    EXPECT_EQ(shown["samples"][1]["prompt"], "Once");
    EXPECT_EQ(shown["config"]["train.sample_prompts"], Json::array({"Once"}));
  }
}

} // namespace
} // namespace nanobrain::testing
